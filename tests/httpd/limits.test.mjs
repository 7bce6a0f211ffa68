// Limits of connections, rates and times: whoever is over one is refused or closed with what docs/directives.md says,
// counted, and told in the log once; everybody else goes on.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';

import { EchoClient } from '../support/echo.mjs';
import { eventually } from '../support/patience.mjs';
import { restartHttpd } from '../support/processes.mjs';
import { RawConnection } from '../support/raw-http.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { endpoint, signedInClient, WampClient, wampError } from '../support/wamp.mjs';

const refusedWith = (status) => (error) => new RegExp(`Unexpected server response: ${status}`).test(error.message);
const tooManyConnections = wampError('torrent_ws.error.too_many_connections');

let stack;
const start = (conf) => startStack({ backend: noDaemon, testEndpoints: true, logLevel: 'info', conf });
const refused = async (what) => (await stack.status()).refused[what];
const linesAbout = (directive) =>
  stack
    .errorLog()
    .split('\n')
    .filter((line) => line.includes(`: over ${directive}:`));

async function assertToldOnce(directive, what, count) {
  assert.equal(await refused(what), count);
  await eventually(() => assert.equal(linesAbout(directive).length, 1));
}

const endOf = (socket) => new Promise((resolve) => socket.once('close', (code) => resolve(code)));

describe('connections', () => {
  before(async () => {
    stack = await start(
      'TorrentWsMaxConnectionsPerAddress 6\nTorrentWsMaxConnectionsPerUser 2\nTorrentWsMaxHandshakes 16\nTorrentWsHandshakeTimeout 3s\n',
    );
  });
  after(() => stack?.stop([/ TWS0202: /, / TWS0304: /]));

  for (const scheme of ['ws', 'wss']) {
    test(`of one address over ${scheme}: one more is refused, others get in`, async () => {
      const before = await refused('connections_per_address');
      const here = await Promise.all(Array.from({ length: 6 }, () => EchoClient.open(stack, scheme)));
      for (let tries = 0; tries < 3; ++tries) await assert.rejects(EchoClient.open(stack, scheme), refusedWith(503));
      const elsewhere = await EchoClient.open(stack, scheme, { localAddress: '127.0.0.2' });
      await elsewhere.echo();
      await here.pop().close();
      const next = await eventually(() => EchoClient.open(stack, scheme));
      await Promise.all([...here, next].map((client) => client.echo()));
      assert.ok((await refused('connections_per_address')) >= before + 3);
      assert.equal(linesAbout('TorrentWsMaxConnectionsPerAddress').length, 1);
      await Promise.all([...here, next, elsewhere].map((client) => client.close()));
    });
  }

  test('of one user: one more is refused, however it signs in, and others get in', async () => {
    const pages = await Promise.all([signedInClient(stack), signedInClient(stack, { scheme: 'wss' })]);
    const third = await WampClient.open(endpoint(stack).url);
    const ended = third.ended();
    await assert.rejects(third.signIn(1, await stack.token()), tooManyConnections);
    assert.equal((await ended).code, 1008);

    const byTopic = await WampClient.open(endpoint(stack).url);
    await byTopic.join();
    const token = await stack.token();
    await assert.rejects(byTopic.subscribe('session', { _user_id: '1', _token: token }), tooManyConnections);

    const other = await signedInClient(stack, { userId: 2 });
    await pages.pop().close();
    await eventually(async () => (await signedInClient(stack)).close());
    await assertToldOnce('TorrentWsMaxConnectionsPerUser', 'connections_per_user', 2);
    await Promise.all([...pages, other, byTopic].map((client) => client.close()));
  });

  test('on which nobody signs in: one more of an address is refused, and their time and messages are bounded', async () => {
    const begin = performance.now();
    const silent = await Promise.all(Array.from({ length: 4 }, () => WampClient.open(endpoint(stack).url)));
    // HELLO alone makes no stranger known.
    await silent[0].join();
    await assert.rejects(WampClient.open(endpoint(stack).url), refusedWith(503));
    const elsewhere = await WampClient.open(endpoint(stack).url, { localAddress: '127.0.0.2' });
    const tooLong = elsewhere.ended();
    await elsewhere.join();
    elsewhere.send([16, 1, {}, 'com.example.topic', ['x'.repeat(65_536)]]);
    assert.equal((await tooLong).code, 1009);
    assert.equal((await stack.status()).handshakes, 4);
    const ends = await Promise.all(silent.map((client) => client.ended()));
    assert.ok(performance.now() - begin >= 2900, 'not before their time');
    for (const { code } of ends) assert.equal(code, 1008);
    const client = await signedInClient(stack);
    await sleep(3500);
    await client.subscribe('session');
    await client.close();
    await assertToldOnce('TorrentWsMaxHandshakes', 'handshakes', 1);
    await assertToldOnce('TorrentWsHandshakeTimeout', 'handshake_time', 4);
  });
});

describe('one client', () => {
  before(async () => {
    stack = await start('TorrentWsMaxMessageRate 10\nTorrentWsMaxSubscriptions 2\nTorrentWsMaxMessageSize 4096\n');
  });
  after(() => stack?.stop([/ TWS0202: /, / TWS0304: /]));

  const flood = async (send) => {
    const { url } = endpoint(stack, 'ws', '/echo');
    const socket = new WebSocket(url);
    const ended = endOf(socket);
    socket.on('open', () => {
      for (let i = 0; i < 500; ++i) send(socket);
    });
    return ended;
  };

  test('that sends too many messages, or pings, is closed; one that keeps to the rate is not', async () => {
    const steady = await EchoClient.open(stack);
    assert.equal(await flood((socket) => socket.send('again')), 1008);
    assert.equal(await flood((socket) => socket.ping()), 1008);
    for (let i = 0; i < 40; ++i) {
      await steady.echo();
      await sleep(50);
    }
    await assertToldOnce('TorrentWsMaxMessageRate', 'message_rate', 2);
    await steady.close();
  });

  test('that sends too long a message is closed', async () => {
    const client = await EchoClient.open(stack);
    await client.echo('x'.repeat(4096));
    await assert.rejects(client.echo('x'.repeat(4097)), /1009/);
    await assertToldOnce('TorrentWsMaxMessageSize', 'message_size', 1);
  });

  test('that subscribes too often gets an error, and goes on', async () => {
    const client = await WampClient.open(endpoint(stack, 'ws', '/ws').url);
    await client.join({}, undefined, 'realm1');
    const first = await client.subscribe('com.example.one');
    await client.subscribe('com.example.two');
    await assert.rejects(
      client.subscribe('com.example.three'),
      wampError('torrent_ws.error.too_many_subscriptions'),
    );
    await client.unsubscribe(first);
    await client.subscribe('com.example.three');
    await assertToldOnce('TorrentWsMaxSubscriptions', 'subscriptions', 1);
    await client.close();
  });
});

describe('times', () => {
  const conf = 'TorrentWsPingInterval 2s\nTorrentWsIdleTimeout 0\nTorrentWsMaxSessionAge 0\n';
  before(async () => {
    stack = await start(conf);
  });
  after(() => stack?.stop([/ TWS0202: /, / TWS0304: /]));

  // Writes the directive over its present value, and restarts gracefully.
  async function change(directive, value) {
    const text = conf.replace(new RegExp(`^${directive} .*$`, 'm'), `${directive} ${value}`);
    assert.notEqual(text, conf);
    fs.writeFileSync(`${stack.directory}.conf`, text);
    await restartHttpd(stack);
  }

  for (const scheme of ['ws', 'wss']) {
    test(`a client over ${scheme} that answers no ping is dropped, one that does stays`, async () => {
      const before = await refused('silence');
      const answering = await EchoClient.open(stack, scheme);
      const base = scheme === 'ws' ? stack.httpUrl : stack.tlsUrl;
      const silent = await RawConnection.open(base, stack.certificate);
      assert.equal(await silent.upgrade(), 101);
      const begin = performance.now();
      await silent.end();
      assert.ok(performance.now() - begin >= 2900, 'not before its time');
      await sleep(3000);
      await answering.echo();
      await answering.close();
      assert.equal(await refused('silence'), before + 1);
    });
  }

  test('a new limit holds for who is there: idle clients are sent away, others stay', async () => {
    const [idle, busy] = await Promise.all([signedInClient(stack), EchoClient.open(stack, 'wss')]);
    const [listener, publisher] = await Promise.all(
      [1, 2].map(async () => {
        const client = await WampClient.open(endpoint(stack, 'ws', '/ws').url);
        await client.join({}, undefined, 'realm1');
        return client;
      }),
    );
    const events = await listener.subscribe('com.example.news');
    const ended = idle.ended();
    // Longer than two pings and their pongs, which are no messages.
    await change('TorrentWsIdleTimeout', '7s');
    let over = false;
    ended.then(() => (over = true));
    while (!over) {
      await busy.echo();
      await publisher.publish('com.example.news');
      await events.next();
      await sleep(200);
    }
    assert.equal((await ended).code, 1008);
    assert.equal(await refused('idle_time'), 1);
    await Promise.all([busy, listener, publisher].map((client) => client.close()));
  });

  test('a session that is too old has to sign in again, however busy it is', async () => {
    const client = await signedInClient(stack);
    const ended = client.ended();
    await change('TorrentWsMaxSessionAge', '2s');
    const calls = (async () => {
      for (;;) {
        await client.subscribe('session');
        await sleep(100);
      }
    })();
    await assert.rejects(calls);
    const { code, reason } = await ended;
    assert.equal(code, 1008);
    assert.match(reason, /sign in again/);
    await (await signedInClient(stack)).close();
  });
});
