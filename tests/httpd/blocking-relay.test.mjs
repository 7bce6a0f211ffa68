// Connections that cannot be handed over, as a module's own filter holds part of them, go through the
// blocking relay: here behind mod_dumpio, on an MPM with threads and on the one without.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';

import { echo, exchangeAndClose, openWebSocket, upgradeResponse } from '../support/exchange.mjs';
import { loadModules } from '../support/httpd-modules.mjs';
import { eventually } from '../support/patience.mjs';
import { restartHttpd } from '../support/processes.mjs';
import { startStack } from '../support/stack.mjs';
import { endpoint, signedInClient } from '../support/wamp.mjs';

const bound = 3;
const requestSeconds = 2;
const conf = `
${loadModules('dumpio', 'reqtimeout')}
Timeout ${requestSeconds}
RequestReadTimeout handshake=${requestSeconds} header=${requestSeconds} body=${requestSeconds}
DumpIOInput On
LogLevel dumpio:trace7
TorrentWsMaxBlockingRelays ${bound}
`;

for (const mpm of ['event', 'prefork']) {
  describe(`behind mod_dumpio on the ${mpm} MPM`, () => {
    let stack;
    const schemes = ['ws', 'wss'];
    const open = (scheme, place = '/echo') => {
      const { url, ca } = endpoint(stack, scheme, place);
      return openWebSocket(url, { ca });
    };
    const blocking = (expected) =>
      eventually(async () => assert.equal((await stack.status()).connections.blocking, expected));

    before(async () => {
      stack = await startStack({ mpm, testEndpoints: true, conf });
    });
    after(() => stack?.stop([/ TWS0202: /]));

    for (const scheme of schemes) {
      test(`messages pass over ${scheme}`, async () => {
        const socket = await open(scheme);
        await blocking(1);
        await exchangeAndClose(socket);
        await blocking(0);
      });

      test(`live torrents come over ${scheme}`, async () => {
        const client = await signedInClient(stack, { scheme });
        assert.equal((await (await client.subscribe('torrents')).next()).snapshot, true);
        await client.call('session.stats');
        // The client closes without a code.
        assert.equal((await client.close()).code, 1005);
      });

      test(`a client that vanishes gives its place back over ${scheme}`, async () => {
        const socket = await open(scheme);
        await blocking(1);
        socket.terminate();
        await blocking(0);
      });
    }

    test('the time for a request does not count', async () => {
      const sockets = await Promise.all(schemes.map((scheme) => open(scheme)));
      await sleep(2 * requestSeconds * 1000);
      for (const socket of sockets) await exchangeAndClose(socket);
    });

    test('places are bounded', async () => {
      const sockets = [];
      while (sockets.length < bound) sockets.push(await open(schemes[sockets.length % schemes.length]));
      for (const scheme of schemes) {
        const { url, ca } = endpoint(stack, scheme, '/echo');
        const { status, headers } = await upgradeResponse(url, { ca });
        assert.equal(status, 503);
        assert.match(headers['retry-after'], /^\d+$/);
      }
      assert.equal((await stack.get('/')).status, 200);
      await exchangeAndClose(sockets.pop());
      await blocking(bound - 1);
      await exchangeAndClose(await open('wss'));
      await Promise.all(sockets.map((socket) => exchangeAndClose(socket)));
    });

    test('a graceful restart leaves them', async () => {
      const sockets = await Promise.all(schemes.map((scheme) => open(scheme)));
      await restartHttpd(stack);
      for (const socket of sockets) await echo(socket, randomBytes(1 << 20));
      for (const socket of sockets) await exchangeAndClose(socket);
    });

    test('the log says once for each generation what stands in the way', () => {
      const notices = stack.errorLog().match(/ TWS0008: .*/g);
      assert.match(notices[0], /dumpio/i);
      assert.ok(notices.length <= 2, `${notices.length} notices`);
    });
  });
}
