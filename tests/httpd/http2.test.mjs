// A site with HTTP/2: WebSockets of HTTP/1.1 are handed over as anywhere, and those that are HTTP/2 streams
// (RFC 8441, H2WebSockets) go through the blocking relay. mod_http2 wants a threaded MPM.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, afterEach, before, describe, test } from 'node:test';
import WebSocket from 'ws';

import { close, echo, exchangeAndClose, openWebSocket, upgradeResponse } from '../support/exchange.mjs';
import { connectHttp2, through } from '../support/http2-tunnel.mjs';
import { loadModules } from '../support/httpd-modules.mjs';
import { eventually, withPatience } from '../support/patience.mjs';
import { restartHttpd, scoreboard } from '../support/processes.mjs';
import { startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { endpoint, signedInClient, WampClient } from '../support/wamp.mjs';

const megabyte = 1 << 20;
const bound = 4;
const requestSeconds = 2;
const configuration = (relays) => `
${loadModules('http2', 'reqtimeout')}
Timeout ${requestSeconds}
RequestReadTimeout handshake=${requestSeconds} header=${requestSeconds} body=${requestSeconds}
Protocols h2 h2c http/1.1
H2WebSockets on
TorrentWsMaxBlockingRelays ${relays}
`;

let stack;
const sessions = [];
async function connect(scheme) {
  const session = await connectHttp2(scheme === 'ws' ? stack.httpUrl : stack.tlsUrl, stack.certificate);
  sessions.push(session);
  return session;
}
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  await blocking(0);
});

const echoOver = (session, scheme, place = '/echo') =>
  openWebSocket(endpoint(stack, scheme, place).url, through(session));

const blocking = (expected) =>
  eventually(async () => assert.equal((await stack.status()).connections.blocking, expected));

async function page(session, place) {
  const stream = session.request({ ':path': place });
  const [headers] = await withPatience(once(stream, 'response'), `the response to ${place}`);
  stream.setEncoding('utf8');
  let body = '';
  for await (const text of stream) body += text;
  return { status: headers[':status'], body };
}

describe('with H2WebSockets', () => {
  before(async () => {
    stack = await startStack({ testEndpoints: true, conf: configuration(bound) });
  });
  after(() => stack?.stop([/ TWS0202: /]));

  test('pages come over HTTP/2, and WebSockets of HTTP/1.1 are handed over', async () => {
    const session = await connect('wss');
    assert.equal(session.alpnProtocol, 'h2');
    const { status, body } = await page(session, '/gui/app.css');
    assert.equal(status, 200);
    assert.ok(body.length > 0);
    const clients = await Promise.all(Array.from({ length: 20 }, () => signedInClient(stack, { scheme: 'wss' })));
    const { connections } = await stack.status();
    assert.equal(connections.wss, clients.length);
    assert.equal(connections.blocking, 0);
    session.destroy();
    // The one that answers this question.
    await eventually(async () => assert.equal((await scoreboard(stack)).BusyWorkers, '1'));
    await Promise.all(clients.map((client) => client.close()));
  });

  for (const scheme of ['ws', 'wss']) {
    describe(scheme === 'ws' ? 'a stream without TLS' : 'a stream with TLS', () => {
      test('carries messages both ways, and the close', async () => {
        const socket = await echoOver(await connect(scheme), scheme);
        assert.equal((await stack.status()).connections.blocking, 1);
        await exchangeAndClose(socket);
        await blocking(0);
      });

      test('carries many long messages both ways at once', async () => {
        const socket = await echoOver(await connect(scheme), scheme);
        const messages = Array.from({ length: 8 }, () => randomBytes(megabyte));
        const received = [];
        const all = new Promise((resolve) => {
          socket.on('message', (data) => {
            received.push(data);
            if (received.length === messages.length) resolve();
          });
        });
        for (const message of messages) socket.send(message);
        await withPatience(all, 'the echoes');
        messages.forEach((message, index) => assert.ok(message.equals(received[index]), `message ${index}`));
        assert.equal(await close(socket), 1000);
      });

      test('is a session with live torrents', async () => {
        const session = await connect(scheme);
        const client = await WampClient.open(endpoint(stack, scheme).url, through(session));
        await client.signIn(1, await stack.token());
        const view = new TorrentView(await client.subscribe('torrents'));
        assert.equal((await view.advance()).snapshot, true);
        const [hash] = Object.keys(view.torrents);
        const { torrents } = await client.call('torrent.get', { ids: [hash], fields: ['name'] });
        assert.equal(torrents.length, 1);
        assert.equal((await stack.status()).sessions, 1);
        // The client closes without a code.
        assert.equal((await client.close()).code, 1005);
        await eventually(async () => assert.equal((await stack.status()).sessions, 0));
      });

      test('may be silent for longer than a request', async () => {
        const socket = await echoOver(await connect(scheme), scheme);
        await sleep(2 * requestSeconds * 1000);
        await exchangeAndClose(socket);
      });

      test('is one of several on its connection', async () => {
        const session = await connect(scheme);
        const sockets = await Promise.all([1, 2, 3].map((number) => echoOver(session, scheme, `/echo/${number}`)));
        assert.equal((await stack.status()).connections.blocking, sockets.length);
        await Promise.all(sockets.map((socket) => echo(socket, randomBytes(megabyte))));
        assert.equal((await page(session, '/gui/app.css')).status, 200);
        assert.equal(await close(sockets[0], 4001), 4001);
        await echo(sockets[1], 'its neighbour has gone');
        await Promise.all(sockets.slice(1).map((socket) => close(socket)));
        await blocking(0);
      });

      test('ends with the close code of the server', async () => {
        const socket = await echoOver(await connect(scheme), scheme);
        const ended = once(socket, 'close');
        socket.send(randomBytes(16 * megabyte + 1));
        assert.equal((await withPatience(ended, 'the close'))[0], 1009);
        await blocking(0);
      });

      test('ends its session on the server when the client resets it', async () => {
        const session = await connect(scheme);
        const socket = new WebSocket(endpoint(stack, scheme).url, 'wamp.2.json', through(session));
        await withPatience(once(socket, 'open'), 'the opening');
        await new WampClient(socket).join();
        assert.equal((await stack.status()).sessions, 1);
        socket.terminate();
        await eventually(async () => assert.equal((await stack.status()).sessions, 0));
        await blocking(0);
        // The connection is none the worse for it.
        await exchangeAndClose(await echoOver(session, scheme));
      });

      test('ends its session on the server when the client vanishes', async () => {
        const session = await connect(scheme);
        const socket = await echoOver(session, scheme);
        socket.on('error', () => {}); // its connection is torn down
        await blocking(1);
        session.destroy();
        await blocking(0);
      });
    });
  }

  test('places are bounded, and given back', async () => {
    const session = await connect('wss');
    const sockets = await Promise.all(Array.from({ length: bound }, () => echoOver(session, 'wss')));
    const { url, ca } = endpoint(stack, 'wss', '/echo');
    for (let attempt = 0; attempt < 3; ++attempt) {
      const { status, headers } = await upgradeResponse(url, through(session));
      assert.equal(status, 503);
      assert.match(headers['retry-after'], /^\d+$/);
    }
    // Others have no bound of that kind.
    await exchangeAndClose(await openWebSocket(url, { ca }));
    await close(sockets.pop());
    await blocking(bound - 1);
    sockets.push(await echoOver(session, 'wss'));
    await Promise.all(sockets.map((socket) => exchangeAndClose(socket)));
    await blocking(0);
  });

  test('a graceful restart leaves the streams', async () => {
    const session = await connect('wss');
    const socket = await echoOver(session, 'wss');
    await restartHttpd(stack);
    await echo(socket, randomBytes(megabyte));
    await exchangeAndClose(await echoOver(await connect('wss'), 'wss'));
    await exchangeAndClose(socket);
  });

  test('the log says it once for each generation', async () => {
    const notices = stack.errorLog().match(/ TWS0008: .*/g);
    // The first one, and that of the graceful restart.
    assert.equal(notices.length, 2);
    assert.match(notices[0], /HTTP\/2/);
  });

  test('a restart ends the streams, and others may come', async () => {
    const socket = await echoOver(await connect('wss'), 'wss');
    const ended = once(socket, 'close');
    await restartHttpd(stack, 'SIGHUP');
    // 1006 when httpd aborts the connection before torrent-ws has said good-bye on it.
    const [code] = await withPatience(ended, 'the close');
    assert.ok([1006, 1012].includes(code), `${code}`);
    await eventually(async () => exchangeAndClose(await echoOver(await connect('wss'), 'wss')));
  });
});

describe('without a place for blocking relays', () => {
  before(async () => {
    stack = await startStack({ testEndpoints: true, conf: configuration(0) });
  });
  after(() => stack?.stop());

  test('a stream gets 501, and WebSockets of HTTP/1.1 are as ever', async () => {
    const { url, ca } = endpoint(stack, 'wss', '/echo');
    assert.equal((await upgradeResponse(url, through(await connect('wss')))).status, 501);
    await exchangeAndClose(await openWebSocket(url, { ca }));
  });
});
