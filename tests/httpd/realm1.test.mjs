// The open realm and the echo of test builds: a WAMP router between clients of different libraries, and
// WebSocket messages of all kinds and sizes.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import WebSocket from 'ws';

import { EventQueue } from '../support/event-queue.mjs';
import { eventually } from '../support/patience.mjs';
import { startStack } from '../support/stack.mjs';
import { endpoint, WampClient, WampError, wampError } from '../support/wamp.mjs';
import { libraries } from '../support/wamp-libraries.mjs';

const megabyte = 1024 * 1024;

let stack;
before(async () => {
  stack = await startStack({ testEndpoints: true });
});
after(() => stack?.stop());

const names = Object.keys(libraries);
const connect = (library, scheme) => libraries[library]({ ...endpoint(stack, scheme, '/ws'), realm: 'realm1' });

for (const [one, other] of names.flatMap((name) => names.map((second) => [name, second]))) {
  describe(`${one} over ws and ${other} over wss`, () => {
    let here;
    let there;
    before(async () => {
      [here, there] = await Promise.all([connect(one, 'ws'), connect(other, 'wss')]);
    });
    after(() => Promise.all([here.close(), there.close()]));

    test('publish to each other', async () => {
      const [heard, overheard] = [await there.subscribe('com.example.news'), await here.subscribe('com.example.news')];
      const news = { text: 'sunny, 24 °C', list: [1, 2.5, null, true, { nested: [] }] };
      await here.publish('com.example.news', news);
      assert.deepEqual((await heard.next()).kwargs, news);
      await there.publish('com.example.news', { n: 2 });
      // The publisher's own event would have come before this one.
      assert.deepEqual((await overheard.next()).kwargs, { n: 2 });
    });

    test('call each other', async () => {
      await here.register('com.example.add', ({ a, b }) => ({ sum: a + b }));
      await there.register('com.example.fail', () => {
        throw new WampError('com.example.error.no_luck', {}, ['no luck', 7]);
      });
      const sums = await Promise.all([1, 2, 3].map((a) => there.call('com.example.add', { a, b: 40 })));
      assert.deepEqual(
        sums.map(({ kwargs }) => kwargs.sum),
        [41, 42, 43],
      );
      assert.deepEqual((await here.call('com.example.add', { a: 1, b: 1 })).kwargs, { sum: 2 });
      await assert.rejects(here.call('com.example.fail', {}), (error) => {
        assert.equal(error.uri, 'com.example.error.no_luck');
        assert.deepEqual(error.args, ['no luck', 7]);
        return true;
      });
      await assert.rejects(
        there.register('com.example.add', () => ({})),
        wampError('wamp.error.procedure_already_exists'),
      );
      await assert.rejects(there.call('com.example.nothing', {}), wampError('wamp.error.no_such_procedure'));
    });
  });
}

describe('a router', () => {
  const join = async () => {
    const client = await WampClient.open(endpoint(stack, 'ws', '/ws').url);
    await client.join({}, undefined, 'realm1');
    return client;
  };

  test('gives a publisher its own event where it asks for that', async () => {
    const client = await connect('Autobahn|JS', 'ws');
    const events = await client.subscribe('com.example.mine');
    await client.publish('com.example.mine', { n: 1 }, { exclude_me: false });
    assert.deepEqual((await events.next()).kwargs, { n: 1 });
    await client.close();
  });

  test('tells the caller when the callee leaves', async () => {
    const [callee, caller] = await Promise.all([connect('wampy', 'ws'), join()]);
    let invoked;
    const invocation = new Promise((resolve) => (invoked = resolve));
    await callee.register('com.example.never', () => new Promise(invoked));
    const call = caller.call('com.example.never');
    await invocation;
    await Promise.all([assert.rejects(call, wampError('wamp.error.canceled')), callee.close()]);
    await assert.rejects(caller.call('com.example.never'), wampError('wamp.error.no_such_procedure'));
    await caller.close();
  });

  test('refuses a realm that is not there', async () => {
    const client = await WampClient.open(endpoint(stack, 'ws', '/ws').url);
    await assert.rejects(client.join({}, undefined, 'torrents'), wampError('wamp.error.no_such_realm'));
    await client.ended();
  });

  const violations = [
    ['a second HELLO', [1, 'realm1', { roles: {} }]],
    ['an unknown type', [99]],
    ['an empty list', []],
    ['no list', {}],
    ['a type that only a router sends', [2, 1, {}]],
    ['a request without its topic', [32, 1, {}]],
    ['an answer to no invocation', [70, 1, {}]],
  ];
  for (const [name, message] of violations) {
    test(`ends a session for ${name}`, async () => {
      const client = await join();
      client.send(message);
      assert.equal((await client.ended()).code, 1002);
    });
  }

  test('goes on after errors', async () => {
    const client = await join();
    await assert.rejects(client.subscribe('not a uri'), wampError('wamp.error.invalid_uri'));
    await assert.rejects(client.publish('#'), wampError('wamp.error.invalid_uri'));
    await client.subscribe('com.example.topic');
    await client.close();
  });
});

describe('the echo', () => {
  // A connection with the queue of its messages, each {data, isBinary}.
  async function openEcho(scheme, options = {}) {
    const { url, ca } = endpoint(stack, scheme, '/echo');
    const socket = new WebSocket(url, { ca, maxPayload: 32 * megabyte, perMessageDeflate: false, ...options });
    const messages = new EventQueue();
    socket.on('message', (data, isBinary) => messages.push({ data, isBinary }));
    await once(socket, 'open');
    return { socket, messages };
  }

  async function assertEchoes({ socket, messages }, message) {
    socket.send(message);
    const { data, isBinary } = await messages.next();
    assert.equal(isBinary, Buffer.isBuffer(message));
    assert.ok(Buffer.from(message).equals(data), `${data.length} other bytes than the ${message.length} sent`);
  }

  async function close({ socket }) {
    socket.close(1000);
    const [code] = await once(socket, 'close');
    assert.equal(code, 1000);
  }

  const sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 1_000_000];
  const deflates = {
    'no permessage-deflate': false,
    'permessage-deflate': {},
    'permessage-deflate without context takeover by the server': { serverNoContextTakeover: true },
    'permessage-deflate without context takeover by the client': { clientNoContextTakeover: true },
    'permessage-deflate without any context takeover': { serverNoContextTakeover: true, clientNoContextTakeover: true },
    'permessage-deflate with a small window of the client': { clientMaxWindowBits: 9 },
  };
  for (const scheme of ['ws', 'wss']) {
    for (const [name, deflate] of Object.entries(deflates)) {
      test(`text and binary over ${scheme}, ${name}`, async () => {
        const options = deflate && { ...deflate, threshold: 0 };
        const connection = await openEcho(scheme, { perMessageDeflate: options });
        assert.equal(connection.socket.extensions.includes('permessage-deflate'), Boolean(deflate));
        const text = 'Grüße, and the same words again and again. ';
        await assertEchoes(connection, '🌍');
        for (const size of sizes) {
          await assertEchoes(connection, text.repeat(Math.ceil(size / text.length)).slice(0, size));
          await assertEchoes(connection, randomBytes(size));
          await assertEchoes(connection, Buffer.alloc(size, 'compressible'));
        }
        // Many small ones of which each looks like those before: what context takeover is for.
        for (let n = 0; n < 50; n += 1) connection.socket.send(JSON.stringify({ n, text }));
        for (let n = 0; n < 50; n += 1) assert.equal(JSON.parse((await connection.messages.next()).data).n, n);
        await close(connection);
      });
    }

    test(`messages of almost 16 MiB over ${scheme}`, async () => {
      const connection = await openEcho(scheme);
      await assertEchoes(connection, randomBytes(16 * megabyte - 1024));
      await assertEchoes(connection, 'ä'.repeat(8 * megabyte - 512));
      await close(connection);
    });

    test(`fragments over ${scheme}, with a ping between them`, async () => {
      const connection = await openEcho(scheme);
      const pong = once(connection.socket, 'pong');
      const parts = [randomBytes(10), Buffer.alloc(0), randomBytes(70_000), randomBytes(1)];
      parts.slice(0, 3).forEach((part) => connection.socket.send(part, { fin: false }));
      connection.socket.ping('still there?');
      connection.socket.send(parts[3], { fin: true });
      assert.equal(String((await pong)[0]), 'still there?');
      const { data, isBinary } = await connection.messages.next();
      assert.equal(isBinary, true);
      assert.ok(Buffer.concat(parts).equals(data));
      await close(connection);
    });
  }

  for (const scheme of ['ws', 'wss']) {
    test(`pings while a long message is on its way to a slow reader, over ${scheme}`, async () => {
      const connection = await openEcho(scheme);
      const { socket, messages } = connection;
      const failure = once(socket, 'error').then(([error]) => assert.fail(error));
      const message = randomBytes(8 * megabyte);
      socket.pause();
      socket.send(message);
      await eventually(async () => assert.ok((await stack.status()).queued_bytes > 0));
      const pongs = new EventQueue();
      socket.on('pong', (data) => pongs.push(String(data)));
      for (let n = 0; n < 3; n += 1) socket.ping(`${n}`);
      socket.resume();
      const { data } = await Promise.race([messages.next(), failure]);
      assert.ok(message.equals(data));
      await pongs.next(); // libwebsockets answers the first of several that wait
      await close(connection);
    });
  }

  test('a message that is too long closes its connection with 1009', async () => {
    const { socket } = await openEcho('ws');
    socket.on('error', () => {}); // it may be closed while it still sends
    socket.send(Buffer.alloc(16 * megabyte + 1));
    const [code] = await once(socket, 'close');
    assert.equal(code, 1009);
  });

  test('text that is not UTF-8 closes its connection with 1007', async () => {
    const { socket } = await openEcho('ws');
    socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
    const [code] = await once(socket, 'close');
    assert.equal(code, 1007);
  });
});
