// What TLS connections cost httpd: no memory for what a slow client has not read yet, and no descriptor in the
// programs that scripts start.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, afterEach, before, describe, test } from 'node:test';
import WebSocket from 'ws';

import { loadModules } from '../support/httpd-modules.mjs';
import { memoryOf, pssOf } from '../support/measurements.mjs';
import { eventually, withPatience } from '../support/patience.mjs';
import { httpdChildren } from '../support/processes.mjs';
import { fewChildren, relaysOf } from '../support/relays.mjs';
import { descriptorsOf, serverSocket } from '../support/sockets.mjs';
import { startStack } from '../support/stack.mjs';
import { WiredConnection } from '../support/tls-wire.mjs';
import { endpoint } from '../support/wamp.mjs';

const kilobyte = 1 << 10;
const megabyte = 1 << 20;
const slowClients = 20;
const messageSize = 8 * megabyte;
// Together more than sockets hold, and less than TorrentWsMaxQueuedBytes.
const messagesEach = 2;
const queued = slowClients * messagesEach * messageSize;
// Far below what a copy of that would take, and far above how idle processes vary.
const margin = 64 * megabyte;

const configuration = {
  event: `${loadModules('cgid')}ScriptSock cgid.sock\n`,
  prefork: loadModules('cgi'),
};
const scripts = `
<Directory "\${DIRECTORY}/site/cgi">
  Options +ExecCGI
  SetHandler cgi-script
</Directory>
`;
const listDescriptors = 'ls -l /proc/self/fd';

for (const mpm of Object.keys(configuration)) {
  describe(`on the ${mpm} MPM`, () => {
    let stack;
    before(async () => {
      stack = await startStack({ mpm, testEndpoints: true, conf: fewChildren[mpm] + configuration[mpm] + scripts });
    });
    after(() => stack?.stop());

    const clients = [];
    afterEach(() => {
      for (const client of clients.splice(0)) client.close();
    });
    const openEcho = async (scheme) => {
      const { url, ca } = endpoint(stack, scheme, '/echo');
      const client = new WebSocket(url, { ca, perMessageDeflate: false });
      await withPatience(once(client, 'open'), url);
      clients.push(client);
      return client;
    };

    const openWired = async () => {
      const connection = await WiredConnection.open(stack.tlsUrl, stack.certificate);
      clients.push(connection);
      assert.equal(await connection.upgrade(), 101);
      return connection;
    };

    // Bytes.
    const httpdMemory = async () => pssOf(await httpdChildren(stack)) * kilobyte;
    const loopMemory = (pid) => memoryOf(pid).pss * kilobyte;

    // Resolves when all of `messages` have come back, read little by little.
    const readSlowly = async (client, messages) => {
      const received = [];
      client.on('message', (data) => received.push(data));
      while (received.length < messages.length) {
        assert.equal(client.readyState, WebSocket.OPEN);
        client.resume();
        await sleep(10);
        client.pause();
        await sleep(10);
      }
      for (const [index, message] of messages.entries()) assert.ok(message.equals(received[index]));
    };

    test('large messages reach slow readers whole, and wait for them outside httpd', async () => {
      const { pids } = await stack.status();
      const messages = Array.from({ length: messagesEach }, () => randomBytes(messageSize));
      const before = { httpd: await httpdMemory(), loop: loopMemory(pids.event_loop) };
      // What the first one left behind would be too much in the second.
      for (let round = 0; round < 2; round += 1) {
        const readers = [];
        for (let i = 0; i < slowClients; i += 1) readers.push(await openEcho('wss'));
        for (const reader of readers) {
          reader.pause();
          for (const message of messages) reader.send(message);
        }
        await eventually(() => assert.ok(readers.every(({ bufferedAmount }) => bufferedAmount === 0)));
        await eventually(async () => assert.ok((await stack.status()).queued_bytes > queued / 4));
        const grown = (await httpdMemory()) - before.httpd;
        assert.ok(grown < margin, `httpd holds ${grown} bytes more`);
        const forQueue = loopMemory(pids.event_loop) - before.loop;
        assert.ok(forQueue < 1.5 * queued + margin, `${forQueue} bytes for a queue of ${queued}, round ${round}`);
        await Promise.all(readers.map((reader) => readSlowly(reader, messages)));
        for (const client of clients.splice(0)) client.terminate();
        await eventually(async () => assert.equal((await stack.status()).connections.wss, 0));
      }
    });

    // Beyond its standard streams, and what this test's own process was started with, it has files only.
    const assertNothingInherited = (listing) => {
      const descriptors = [...listing.matchAll(/ (\d+) -> (.+)$/gm)];
      assert.ok(descriptors.length > 3, listing);
      const ours = Object.values(descriptorsOf('self'));
      const inherited = descriptors.filter(([, number, target]) => number > 2 && !ours.includes(target));
      for (const [, , target] of inherited) assert.match(target, /^\//, listing);
      for (const [, , target] of inherited) assert.doesNotMatch(target, /^\/memfd:/, listing);
    };

    // The answer of a script, that prints its process's parent first. On prefork that is the child which runs
    // it: only the one that also has the TLS of a WebSocket will do.
    const answerBeside = async (connection, address) =>
      eventually(async () => {
        const { status, body } = await stack.get(address);
        assert.equal(status, 200);
        const holders = await relaysOf(stack, serverSocket(connection.tcp.localPort));
        if (mpm === 'prefork') assert.deepEqual(holders, [Number.parseInt(body, 10)]);
        return body;
      });

    test('a CGI script inherits no descriptor of open WebSockets', async () => {
      const folder = path.join(stack.root, 'site/cgi');
      fs.mkdirSync(folder);
      const script = `#!/bin/sh\necho 'Content-Type: text/plain'\necho\necho $PPID\n${listDescriptors}\n`;
      fs.writeFileSync(path.join(folder, 'descriptors'), script, { mode: 0o755 });
      await openEcho('ws');
      assertNothingInherited(await answerBeside(await openWired(), '/cgi/descriptors'));
    });

    // php-fpm's processes are no children of httpd's.
    if (mpm === 'prefork') {
      test('neither does a program that PHP starts', async () => {
        const script = `<?php echo getmypid(), "\n", shell_exec('${listDescriptors}');`;
        fs.writeFileSync(path.join(stack.root, 'site/descriptors.php'), script);
        await openEcho('ws');
        assertNothingInherited(await answerBeside(await openWired(), '/descriptors.php'));
      });
    }
  });
}
