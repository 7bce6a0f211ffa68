// WAMP v1 as Ratchet's pages speak it, in the same realm as v2.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { reconfigure } from '../support/site-policy.mjs';
import { startStack } from '../support/stack.mjs';
import { endpoint, WampClient } from '../support/wamp.mjs';
import { CallError, type, V1Client } from '../support/wamp-v1.mjs';

const chat = 'http://example.com/event#chat';
const room = 'com.example.chat.room';

const conf = `
TorrentWsAllow subscribe,publish,call,register com.example.* role=anonymous
TorrentWsAllow subscribe,publish http://example.com/* role=anonymous
TorrentWsAllow subscribe,publish quoted* role=anonymous
TorrentWsMaxSubscriptions 20
`;

let stack;
before(async () => {
  stack = await startStack({ conf });
});
after(() => stack?.stop([/ TWS0202: over TorrentWsMaxSubscriptions: /]));

// The error of a CALL.
const callError = (uri) => (error) => error instanceof CallError && error.uri === uri;

async function anonymousV2() {
  const { url, ca } = endpoint(stack);
  const client = await WampClient.open(url, { ca });
  await client.join();
  return client;
}

// A topic with a fresh token, as the talk's page has it.
async function torrentsTopic(userId = 1) {
  return { topic: 'torrents', userId, token: await stack.token(userId) };
}

for (const scheme of ['ws', 'wss']) {
  describe(`over ${scheme}`, () => {
    let page;
    before(async () => {
      page = await V1Client.open(stack, { scheme });
    });
    after(() => page?.close());

    test('WELCOME comes first, and says who serves', () => {
      assert.deepEqual(page.welcome.slice(2), [1, 'mod_torrent_ws/0.1.0']);
      assert.match(page.id, /^[1-9][0-9]*$/);
    });

    test('what one publishes comes to all, and to itself', async () => {
      const other = await V1Client.open(stack, { scheme });
      await page.subscribe(chat);
      await other.subscribe(chat);
      page.publish(chat, { text: 'grüß Gott', list: [1, null, 2.5] });
      const event = [type.event, chat, { text: 'grüß Gott', list: [1, null, 2.5] }];
      assert.deepEqual(await page.events.next(), event);
      assert.deepEqual(await other.events.next(), event);
      await page.unsubscribe(chat);
      await other.close();
    });
  });
}

describe('PUBLISH', () => {
  const pages = [];
  before(async () => {
    for (let i = 0; i < 3; ++i) {
      pages.push(await V1Client.open(stack));
      await pages[i].subscribe(room);
    }
  });
  after(() => Promise.all(pages.map((page) => page.close())));

  let last = 0;
  async function assertHeard(receivers, expected) {
    const n = ++last;
    pages[0].publish(room, n, ...receivers);
    pages[0].publish(room, 'end');
    for (const [index, page] of pages.entries()) {
      const got = [];
      for (let [, , event] = await page.events.next(); event !== 'end'; [, , event] = await page.events.next()) {
        got.push(event);
      }
      assert.deepEqual(got, expected.includes(index) ? [n] : [], `page ${index}`);
    }
  }

  test('leaves out the publisher where it says true', () => assertHeard([true], [1, 2]));
  test('goes to it as well where it says false', () => assertHeard([false], [0, 1, 2]));
  test('leaves out the sessions of a list', () => assertHeard([[pages[1].id, 'nobody']], [0, 2]));
  test('goes to the eligible ones', () => assertHeard([[], [pages[2].id]], [2]));
  test('goes to nobody who is both', () => assertHeard([[pages[2].id], [pages[1].id, pages[2].id]], [1]));
  test('goes to all where the list of eligible ones is empty', () => assertHeard([[], []], [0, 1, 2]));
});

describe('v1 and v2', () => {
  let page;
  let app;
  before(async () => {
    page = await V1Client.open(stack);
    app = await anonymousV2();
    await page.subscribe(room);
  });
  after(() => Promise.all([page?.close(), app?.close()]));

  for (const [what, args, kwargs, event] of [
    ['one argument', [{ a: [1] }], {}, { a: [1] }],
    ['one list', [[1, 2]], {}, [1, 2]],
    ['several arguments', [1, 'two'], {}, [1, 'two']],
    ['keyword arguments', [], { a: 1 }, { a: 1 }],
    ['both', [1], { a: 2 }, { args: [1], kwargs: { a: 2 } }],
    ['nothing', [], {}, null],
  ]) {
    test(`an event of v2 with ${what} is one value in v1`, async () => {
      await app.publish(room, kwargs, { args });
      assert.deepEqual(await page.events.next(), [type.event, room, event]);
    });
  }

  test('an event of v1 is the one argument in v2', async () => {
    const events = await app.subscribe(room, {}, { whole: true });
    page.publish(room, { from: 'v1' });
    const { args, kwargs } = await events.next();
    assert.deepEqual([args, kwargs], [[{ from: 'v1' }], undefined]);
  });

  test('a topic that is no URI of v2 does not reach its patterns', async () => {
    const events = await app.subscribe('http://example.com/', { match: 'prefix' }, { whole: true });
    page.publish(chat, 1);
    page.publish('http://example.com/chat', 2);
    assert.deepEqual((await events.next()).args, [2]);
  });
});

describe('prefixes', () => {
  test('are put before what follows', async () => {
    const page = await V1Client.open(stack);
    page.send([type.prefix, 'event', 'http://example.com/event#']);
    await page.subscribe('event:chat');
    const other = await V1Client.open(stack);
    other.publish(chat, 1);
    // The client's own spelling.
    assert.deepEqual(await page.events.next(), [type.event, 'event:chat', 1]);
    await page.unsubscribe('event:chat');
    await Promise.all([page.close(), other.close()]);
  });

  test('have Ratchet’s # where the configuration says so', async () => {
    await reconfigure(stack, `${conf}TorrentWsRatchetPrefixes On\n`);
    const page = await V1Client.open(stack);
    page.send([type.prefix, 'event', 'http://example.com/event']);
    await page.subscribe('event:chat');
    page.publish(chat, 1);
    assert.deepEqual(await page.events.next(), [type.event, 'event:chat', 1]);
    await page.close();
    await reconfigure(stack, conf);
  });

  test('are bounded', async () => {
    const page = await V1Client.open(stack);
    for (let i = 0; i <= 100; ++i) page.send([type.prefix, `p${i}`, 'http://example.com/']);
    assert.deepEqual(await page.closed(), { code: 1007, reason: 'too many prefixes, or too long ones' });
  });
});

describe('topics', () => {
  test('that one page spells in two ways are two', async () => {
    const page = await V1Client.open(stack);
    page.send([type.prefix, 'event', 'http://example.com/event#']);
    await page.subscribe('event:chat');
    await page.subscribe(chat);
    await page.subscribe(chat);
    page.publish(chat, 1);
    assert.deepEqual([await page.events.next(), await page.events.next()].sort(), [
      [type.event, 'event:chat', 1],
      [type.event, chat, 1],
    ]);
    await page.unsubscribe('event:chat');
    page.publish(chat, 2);
    assert.deepEqual(await page.events.next(), [type.event, chat, 2]);
    await page.unsubscribe(chat);
    page.publish(chat, 3);
    await page.settle();
    assert.equal(page.events.length, 0);
    await page.close();
  });

  test('have so many spellings, and no more', async () => {
    const page = await V1Client.open(stack);
    for (let i = 0; i < 18; ++i) {
      page.send([type.prefix, `p${i}`, 'com.example.']);
      page.send([type.subscribe, `p${i}:room`]);
    }
    await page.settle();
    page.publish('com.example.room', 1);
    await page.settle();
    assert.equal(page.events.length, 4);
    await page.close();
  });

  test('with quotation marks are echoed as they are', async () => {
    const page = await V1Client.open(stack);
    const topic = 'quoted "\\ \u00e9\u{1f600}';
    await page.subscribe(topic);
    page.publish(topic, 'x');
    assert.deepEqual(await page.events.next(), [type.event, topic, 'x']);
    await page.close();
  });

  test('are bounded', async () => {
    const page = await V1Client.open(stack);
    for (let i = 0; i < 25; ++i) page.send([type.subscribe, `com.example.many.${i}`]);
    await page.settle();
    for (const i of [19, 20]) page.publish(`com.example.many.${i}`, i);
    await page.settle();
    assert.equal((await page.events.next())[2], 19);
    assert.equal(page.events.length, 0);
    await page.close();
  });

  test('nobody is allowed stay silent', async () => {
    const page = await V1Client.open(stack);
    await page.subscribe('org.example.secret');
    await page.subscribe('torrents');
    page.publish('org.example.secret', 1);
    page.publish('torrents', { forged: true });
    await page.settle();
    assert.equal(page.events.length, 0);
    await page.close();
  });
});

describe('the talk’s topic', () => {
  for (const [what, spell] of [
    ['as a JSON string', JSON.stringify],
    ['as an object', (topic) => topic],
  ]) {
    test(`${what} signs in with its token and brings the torrents`, async () => {
      const page = await V1Client.open(stack);
      const topic = spell(await torrentsTopic());
      page.send([type.subscribe, topic]);
      const [, echoed, first] = await page.events.next();
      assert.deepEqual(echoed, topic);
      assert.equal(first.snapshot, true);
      const [hash] = Object.keys(first.torrents);
      assert.ok(first.torrents[hash].name);

      // Commands too, by their named arguments.
      const label = `v1 ${what}`;
      await page.call('torrent.set', { ids: [hash], labels: [label] });
      const [, , delta] = await page.events.next(([, , event]) => event.torrents?.[hash]?.labels?.[0] === label);
      assert.equal(delta.snapshot, false);

      page.send([type.unsubscribe, topic]);
      await page.close();
    });
  }

  test('has one snapshot for each of a page’s spellings', async () => {
    const page = await V1Client.open(stack);
    const topic = await torrentsTopic();
    page.send([type.subscribe, topic]);
    await page.events.next(([, , event]) => event.snapshot);
    await page.subscribe('torrents');
    const [, echoed] = await page.events.next(([, spelling]) => spelling === 'torrents');
    assert.equal(echoed, 'torrents');
    await page.close();
  });

  test('ends the session when its token was spent', async () => {
    const topic = await torrentsTopic();
    const first = await V1Client.open(stack);
    first.send([type.subscribe, topic]);
    await first.events.next();
    const second = await V1Client.open(stack);
    second.send([type.subscribe, topic]);
    const { code, reason } = await second.closed();
    assert.equal(code, 1008);
    assert.match(reason, /token/);
    await first.close();
  });

  test('may come again with its token while the session lasts', async () => {
    const page = await V1Client.open(stack);
    const topic = await torrentsTopic();
    page.send([type.subscribe, topic]);
    await page.events.next(([, , event]) => event.snapshot);
    await page.unsubscribe(topic);
    await page.subscribe({ ...topic, topic: 'session' });
    await page.subscribe(topic);
    await page.events.next(([, , event]) => event.snapshot);
    await page.close();
  });

  test('that is not allowed does not end a session whose token is good', async () => {
    const page = await V1Client.open(stack);
    page.send([type.subscribe, { ...(await torrentsTopic()), topic: 'org.example.secret' }]);
    page.send([type.subscribe, await torrentsTopic()]);
    await page.events.next(([, , event]) => event.snapshot);
    await page.close();
  });

  test('may be taken back while its token is looked up', async () => {
    const page = await V1Client.open(stack);
    const topic = await torrentsTopic();
    page.send([type.subscribe, topic]);
    page.send([type.unsubscribe, topic]);
    const again = { ...(await torrentsTopic()) };
    page.send([type.subscribe, again]);
    const [, echoed] = await page.events.next();
    assert.deepEqual(echoed, again);
    await page.close();
  });
});

describe('CALL', () => {
  let page;
  let app;
  before(async () => {
    page = await V1Client.open(stack);
    app = await anonymousV2();
    await app.register('com.example.echo', {}, (args) => [{ args }]);
  });
  after(() => Promise.all([page?.close(), app?.close()]));

  test('reaches a procedure of a v2 client', async () => {
    assert.deepEqual((await page.call('com.example.echo', 1, { a: 2 })).args, [1, { a: 2 }]);
  });
  test('unwraps a list that is its only argument, as Ratchet does', async () => {
    assert.deepEqual((await page.call('com.example.echo', [1, 2])).args, [1, 2]);
  });
  test('of what there is not is answered with an error', () =>
    assert.rejects(page.call('com.example.none'), callError('wamp.error.no_such_procedure')));
  test('that is not allowed is answered with an error', () =>
    assert.rejects(page.call('torrent.stop', { ids: [] }), callError('wamp.error.not_authorized')));
});

describe('bad input closes with 1007', () => {
  for (const [what, message] of [
    ['no JSON', '{"a'],
    ['no list', '{"a":1}'],
    ['an empty list', []],
    ['a message of one field', [type.subscribe]],
    ['no type', ['5', 'topic']],
    ['a type that there is not', [99, 'topic']],
    ['a type of the server', [type.event, 'topic', 1]],
    ['a topic that is a number', [type.subscribe, 5]],
    ['a topic with a token that is none', [type.subscribe, { topic: 'torrents', userId: 1, token: ['x'] }]],
    ['a token in a topic that is another object', [type.subscribe, '{"token":"x","userId":1,"room":5}']],
    ['a topic in blanks', [type.subscribe, `{"topic":"torrents"${' '.repeat(5000)}}`]],
    ['CALL with a long id', [type.call, 'x'.repeat(300), 'procedure']],
    ['a topic that is another object', [type.subscribe, { topic: 'torrents', user: 1 }]],
    ['an empty topic', [type.subscribe, '']],
    ['a topic with a control character', [type.subscribe, 'a\nb']],
    ['a long topic', [type.subscribe, 'x'.repeat(513)]],
    ['PUBLISH without an event', [type.publish, 'topic']],
    ['CALL without a procedure', [type.call, 'id']],
    ['PREFIX without a URI', [type.prefix, 'p']],
  ]) {
    test(what, async () => {
      const page = await V1Client.open(stack);
      page.send(message);
      assert.equal((await page.closed()).code, 1007);
    });
  }

  test('and binary with 1003', async () => {
    const page = await V1Client.open(stack);
    page.sendBinary(Buffer.from('[5,"topic"]'));
    assert.equal((await page.closed()).code, 1003);
  });
});
