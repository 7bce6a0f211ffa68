// What the logs say of WebSockets: httpd's own of the upgrade, the module's of the whole, once it has ended.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';

import { close, echo, openWebSocket } from '../support/exchange.mjs';
import { eventually } from '../support/patience.mjs';
import { restartHttpd } from '../support/processes.mjs';
import { startStack } from '../support/stack.mjs';
import { endpoint, signedInClient, WampClient } from '../support/wamp.mjs';

const maxMessageSize = 65536;
const configuration = (target) => `TorrentWsMaxMessageSize ${maxMessageSize}\nTorrentWsAccessLog ${target}\n`;

// One line, in its parts.
const form = new RegExp(
  [
    String.raw`^(?<site>\S+:\d+) (?<address>[\d.]+) - (?<user>\S+)`,
    String.raw`\[(?<time>\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]`,
    String.raw`"GET (?<path>\S+) WebSocket" (?<code>\d{4}) (?<received>\d+) (?<sent>\d+) (?<seconds>\d+\.\d{3})$`,
  ].join(' '),
);

let stack;
const logFile = (name) => path.join(stack.directory, 'logs', name);
const linesOf = (name) => fs.readFileSync(logFile(name), 'utf8').split('\n').slice(0, -1);

// The one line of this path in a log of the module's, once it is there.
function entryOf(place, name = 'websocket.log') {
  return eventually(() => {
    const found = linesOf(name).filter((line) => line.includes(`"GET ${place} `));
    assert.equal(found.length, 1, `${found.length} lines of ${place}`);
    const entry = form.exec(found[0])?.groups;
    assert.ok(entry, `not in the documented form: ${found[0]}`);
    const figures = ['code', 'received', 'sent', 'seconds'].map((figure) => [figure, Number(entry[figure])]);
    return { ...entry, ...Object.fromEntries(figures) };
  });
}

const open = (scheme, place, options = {}) => {
  const { url, ca } = endpoint(stack, scheme, place);
  return openWebSocket(url, { ca, perMessageDeflate: false, ...options });
};

// The time of an entry is that of the log's format, which Date does not read.
const timeOf = ({ time }) => {
  const [, day, month, year, clock, zone] = /^(\d+)\/(\w+)\/(\d+):(\S+) (\S+)$/.exec(time);
  return Date.parse(`${day} ${month} ${year} ${clock} ${zone}`);
};

describe('a file', () => {
  before(async () => {
    stack = await startStack({ testEndpoints: true, conf: configuration('logs/websocket.log') });
  });
  after(() => stack?.stop([/ TWS0004: /]));

  for (const scheme of ['ws', 'wss']) {
    describe(`over ${scheme}`, () => {
      test("httpd's own access log has the upgrade", async () => {
        const place = `/echo/httpd-${scheme}`;
        await close(await open(scheme, place));
        await eventually(() => {
          const found = linesOf('access.log').filter((line) => line.includes(`"GET ${place} HTTP/1.1" 101 `));
          assert.equal(found.length, 1);
        });
      });

      test('a client that closes', async () => {
        const place = `/echo/closed-${scheme}`;
        const begin = Date.now();
        const socket = await open(scheme, `${place}?secret=1`);
        const size = 20_000;
        for (let i = 0; i < 3; ++i) await echo(socket, randomBytes(size));
        await sleep(1200);
        assert.equal(await close(socket, 4123), 4123);
        const end = Date.now();
        const entry = await entryOf(place);
        const { port } = new URL(scheme === 'ws' ? stack.httpUrl : stack.tlsUrl);
        assert.equal(entry.site, `localhost:${port}`);
        assert.equal(entry.address, '127.0.0.1');
        assert.equal(entry.user, '-');
        assert.equal(entry.code, 4123);
        assert.equal(entry.received, 3 * size);
        // Each message in one or more frames, with heads of at most ten bytes, and the close.
        assert.ok(entry.sent >= 3 * size && entry.sent < 3.1 * size, `${entry.sent} bytes sent`);
        assert.ok(entry.seconds >= 1.2 && entry.seconds <= (end - begin) / 1000 + 1, `${entry.seconds} s`);
        // The log has whole seconds.
        assert.ok(timeOf(entry) >= begin - 1000 && timeOf(entry) <= Date.now(), entry.time);
      });

      test('a session', async () => {
        const before = linesOf('websocket.log').length;
        const client = await signedInClient(stack, { scheme, userId: 245 });
        await client.close();
        const line = await eventually(() => {
          const lines = linesOf('websocket.log').slice(before);
          assert.equal(lines.length, 1);
          return lines[0];
        });
        // Its client closes without a code.
        const { path: place, user, code } = form.exec(line).groups;
        assert.deepEqual({ place, user, code }, { place: '/wss/', user: '245', code: '1005' });
      });

      test('one that the server closes', async () => {
        const place = `/echo/too-much-${scheme}`;
        const socket = await open(scheme, place);
        const ended = once(socket, 'close');
        socket.send(randomBytes(maxMessageSize + 1));
        assert.equal((await ended)[0], 1009);
        assert.equal((await entryOf(place)).code, 1009);
      });

      test('one whose client vanishes', async () => {
        const place = `/echo/vanished-${scheme}`;
        const socket = await open(scheme, place);
        await echo(socket, 'x');
        socket.terminate();
        const entry = await entryOf(place);
        assert.equal(entry.code, 1006);
        assert.equal(entry.received, 1);
      });
    });
  }

  test('nobody writes a line of his own into it', async () => {
    const before = linesOf('websocket.log').length;
    const { url } = endpoint(stack, 'ws', '/echo/%0a127.0.0.1%20%22a%20b');
    await close(await openWebSocket(url));
    await eventually(() => assert.equal(linesOf('websocket.log').length, before + 1));
    await sleep(200);
    assert.equal(linesOf('websocket.log').length, before + 1);
    assert.doesNotMatch(linesOf('websocket.log').at(-1), /^127/);
  });

  test('a refused upgrade is not in it', async () => {
    await assert.rejects(open('ws', '/echo/refused', { origin: 'https://elsewhere.example' }));
    const place = '/echo/after-refusal';
    await close(await open('ws', place));
    await entryOf(place);
    assert.deepEqual(
      linesOf('websocket.log').filter((line) => line.includes('/echo/refused')),
      [],
    );
  });

  test('a graceful restart begins a new one, also for old connections', async () => {
    const old = await open('wss', '/echo/old');
    fs.renameSync(logFile('websocket.log'), logFile('websocket.log.1'));
    await restartHttpd(stack);
    await close(await eventually(() => open('ws', '/echo/new')));
    await entryOf('/echo/new');
    await echo(old, 'still there');
    await close(old);
    assert.equal((await entryOf('/echo/old')).code, 1000);
    assert.ok(linesOf('websocket.log.1').every((line) => !/\/echo\/(?:old|new) /.test(line)));
  });
});

describe('a piped program', () => {
  before(async () => {
    const target = `"|/usr/bin/tee -a \${DIRECTORY}/logs/piped.log"`;
    stack = await startStack({ testEndpoints: true, conf: configuration(target) });
  });
  // What httpd says of any piped log's program that a restart has ended.
  after(() => stack?.stop([/ AH00488: long lost child came home! /]));

  test('gets the lines, over a graceful restart too', async () => {
    await close(await open('ws', '/echo/one'));
    assert.equal((await entryOf('/echo/one', 'piped.log')).code, 1000);
    const old = await open('wss', '/echo/two');
    await restartHttpd(stack);
    await echo(old, 'still there');
    await close(old, 4001);
    assert.equal((await entryOf('/echo/two', 'piped.log')).code, 4001);
  });

  test('is the same for the sessions that end with the server', async () => {
    const client = await WampClient.open(endpoint(stack, 'ws').url);
    await client.join();
    await restartHttpd(stack, 'SIGHUP');
    assert.equal((await client.ended()).code, 1012);
    assert.equal((await entryOf('/wss/', 'piped.log')).code, 1012);
  });
});
