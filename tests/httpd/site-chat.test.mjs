// A site's own topics: users send to each other, to one page, to one user, to a role, to all; and who comes later asks for
// what was said.

import autobahn from 'autobahn';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { EventQueue } from '../support/event-queue.mjs';
import { notAuthorized, stranger } from '../support/site-policy.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { endpoint, signedInClient, wampError } from '../support/wamp.mjs';

const room = 'com.example.chat.room';

let stack;
// User 2 has two pages open, one over TLS.
let pages;
before(async () => {
  stack = await startStack({
    backend: noDaemon,
    conf: `
TorrentWsAllow subscribe,publish com.example.chat.*
TorrentWsAllow subscribe com.example.news.* role=anonymous
TorrentWsAllow publish com.example.news.* role=admin
TorrentWsEventHistory com.example.news.* 5
TorrentWsEventHistory com.example.chat.log 1000
TorrentWsEventHistory com.example.chat.room 1000
`,
  });
  const [first, second, other, admin] = await Promise.all([
    signedInClient(stack, { userId: 2 }),
    signedInClient(stack, { userId: 2, scheme: 'wss' }),
    signedInClient(stack, { userId: 3 }),
    signedInClient(stack),
  ]);
  pages = { first, second, other, admin };
});
after(async () => {
  await Promise.all(Object.values(pages ?? {}).map((client) => client.close()));
  await stack?.stop([/ TWS0304: /]);
});

describe('a chat', () => {
  const heard = {};
  before(async () => {
    for (const [name, page] of Object.entries(pages)) heard[name] = await page.subscribe(room);
  });
  after(() => Promise.all(Object.entries(pages).map(([name, page]) => page.unsubscribe(heard[name]))));

  let last = 0;
  // What one says with these options is heard by those who are named, once, and by nobody else.
  async function assertHeard(options, names) {
    const n = ++last;
    await pages.other.publish(room, { n }, options);
    await pages.other.publish(room, { end: n }, { exclude_me: false });
    for (const [name, events] of Object.entries(heard)) {
      const got = [];
      for (let event = await events.next(); event.end !== n; event = await events.next()) got.push(event.n);
      assert.deepEqual(got, names.includes(name) ? [n] : [], `${name} of ${names}`);
    }
  }

  test('reaches all but who speaks', () => assertHeard({}, ['first', 'second', 'admin']));

  test('reaches who speaks, too, where that is wanted', () =>
    assertHeard({ exclude_me: false }, ['first', 'second', 'other', 'admin']));

  test('reaches one connection', () => assertHeard({ eligible: [pages.second.id] }, ['second']));

  test('reaches all but one connection', () => assertHeard({ exclude: [pages.second.id] }, ['first', 'admin']));

  test('reaches one user, on each page', () => assertHeard({ eligible_authid: ['2'] }, ['first', 'second']));

  test('reaches all but one user', () => assertHeard({ exclude_authid: ['2'] }, ['admin']));

  test('reaches a role, which is that of no other', async () => {
    await assertHeard({ eligible_authrole: ['admin'] }, ['admin']);
    await assertHeard({ eligible_authrole: ['user'] }, ['first', 'second']);
    await assertHeard({ eligible_authrole: ['user', 'admin'] }, ['first', 'second', 'admin']);
    await assertHeard({ exclude_authrole: ['user'] }, ['admin']);
  });

  test('reaches whom all conditions hold for', async () => {
    await assertHeard({ eligible_authid: ['2'], exclude: [pages.first.id] }, ['second']);
    await assertHeard({ eligible: [pages.first.id, pages.admin.id], eligible_authrole: ['admin'] }, ['admin']);
    await assertHeard({ eligible: [] }, []);
    await assertHeard({ eligible_authid: ['nobody'] }, []);
  });

  test('says who speaks, if they want that, so that one can answer to this connection', async () => {
    const question = await pages.other.subscribe('com.example.chat.question', {}, { whole: true });
    const answer = await pages.first.subscribe('com.example.chat.answer');
    const notForMe = await pages.second.subscribe('com.example.chat.answer');
    await pages.first.publish('com.example.chat.question', { who: 'there?' }, { disclose_me: true });
    const { details } = await question.next();
    assert.deepEqual(details, { publisher: pages.first.id, publisher_authid: '2', publisher_authrole: 'user' });
    await pages.other.publish('com.example.chat.answer', { n: 1 }, { eligible: [details.publisher] });
    await pages.other.publish('com.example.chat.answer', { n: 2 });
    assert.deepEqual([await answer.next(), await answer.next()], [{ n: 1 }, { n: 2 }]);
    assert.deepEqual(await notForMe.next(), { n: 2 });
  });

  test('comes to each page once, in order, however many pages speak', async () => {
    const count = 100;
    const names = Object.keys(pages);
    const say = async (name) => {
      for (let n = 1; n <= count; n += 1) await pages[name].publish(room, { name, n }, { exclude_me: false });
    };
    await Promise.all(names.map(say));
    await pages.admin.publish(room, { end: true }, { exclude_me: false });
    for (const events of Object.values(heard)) {
      const got = Object.fromEntries(names.map((name) => [name, []]));
      for (let event = await events.next(); !event.end; event = await events.next()) got[event.name].push(event.n);
      for (const name of names) assert.deepEqual(got[name], Array.from({ length: count }, (_, at) => at + 1), name);
    }
  });

  test('is subscribed once, however often one asks', async () => {
    const again = await Promise.all(Array.from({ length: 3 }, () => pages.first.subscribe(room)));
    for (const { subscription } of again) assert.equal(subscription, heard.first.subscription);
    await assertHeard({}, ['first', 'second', 'admin']);
    const { subscriptions } = await stack.status();
    await pages.first.unsubscribe(heard.first);
    assert.equal((await stack.status()).subscriptions, subscriptions - 1);
    await assert.rejects(pages.first.unsubscribe(heard.first), wampError('wamp.error.no_such_subscription'));
    heard.first = await pages.first.subscribe(room);
    await assertHeard({}, ['first', 'second', 'admin']);
  });

  test('comes once for each of the subscriptions that it matches, as one publication', async () => {
    const prefix = await pages.first.subscribe('com.example.chat.', { match: 'prefix' }, { whole: true });
    const wildcard = await pages.first.subscribe('com.example.chat.', { match: 'wildcard' }, { whole: true });
    const publication = await pages.other.publish(room, { n: 1 });
    for (const queue of [prefix, wildcard]) {
      const { details, ...event } = await queue.next();
      assert.deepEqual([event.publication, details], [publication, { topic: room }]);
    }
    assert.deepEqual(await heard.first.next(), { n: 1 });
    await Promise.all([prefix, wildcard].map((queue) => pages.first.unsubscribe(queue)));
    for (const name of ['second', 'admin']) await heard[name].next();
    await assertHeard({}, ['first', 'second', 'admin']);
  });

  test('leaves nothing behind for a page that comes anew, unless it was retained', async () => {
    await pages.other.publish(room, { n: 'gone' });
    for (const [topic, kwargs, options] of [
      ['com.example.chat.topic', { n: 'old' }, { retain: true }],
      ['com.example.chat.topic', { n: 'kept' }, { retain: true }],
      ['com.example.chat.topic', { n: 'not kept' }, {}],
      ['com.example.chat.secret', { n: 'for user 3' }, { retain: true, eligible_authid: ['3'] }],
    ]) {
      await pages.other.publish(topic, kwargs, options);
    }
    const late = await signedInClient(stack, { userId: 2 });
    const events = await late.subscribe('com.example.chat.', { match: 'prefix', get_retained: true }, { whole: true });
    const { details, kwargs } = await events.next();
    assert.deepEqual([details, kwargs], [{ topic: 'com.example.chat.topic', retained: true }, { n: 'kept' }]);
    await pages.other.publish('com.example.chat.topic', { n: 'now' });
    assert.deepEqual((await events.next()).kwargs, { n: 'now' });
    await late.close();
    for (const name of ['first', 'second', 'admin']) await heard[name].next(({ n }) => n === 'gone');
  });
});

test('the example in docs/wamp.md does what it says', async () => {
  const document = fs.readFileSync(new URL('../../docs/wamp.md', import.meta.url), 'utf8');
  const [example] = document.match(/(?<=\n\n)( {4}connection\.onopen = .*\n|\n| {5,}.*\n)+ {4}\};\n/);
  const { other, second, admin } = pages;
  const heard = {};
  for (const [name, page] of Object.entries({ other, second, admin })) {
    heard[name] = await page.subscribe(room, {}, { whole: true });
  }
  const shown = new EventQueue();
  const connection = new autobahn.Connection({
    transports: [{ type: 'websocket', url: endpoint(stack).url }],
    realm: 'torrents',
    use_es6_promises: true,
    authmethods: ['ticket'],
    authid: '2',
    onchallenge: () => token,
  });
  const token = await stack.token(2);
  new Function('connection', 'show', example)(connection, (line) => shown.push(line));
  connection.open();

  await shown.next((line) => line === '2: to this page, too');
  const toAll = ['to all pages but this one', 'to this page, too'];
  const kept = 'to all, and to who comes later';
  for (const [name, texts] of Object.entries({
    other: [...toAll, 'to each other page of user 3', kept],
    second: [...toAll, 'to all but user 3', kept],
    admin: [...toAll, 'to all but user 3', 'to administrators', kept],
  })) {
    const got = [];
    while (got.length < texts.length) got.push((await heard[name].next()).args[0]);
    assert.deepEqual(got, texts, name);
  }
  // The history has those that are for user 2.
  const history = [];
  while (history.length < 4) history.push((await shown.next((line) => /^\d{4}-.*Z: /.test(line))).split('Z: ')[1]);
  assert.deepEqual(history, [kept, 'to all but user 3', ...toAll.toReversed()]);

  await other.publish(room, {}, { disclose_me: true, args: ['who is there?'] });
  await shown.next((line) => line === '3: who is there?');
  assert.equal((await heard.other.next()).args[0], 'I am');
  await other.publish(room, { end: true });
  for (const name of ['second', 'admin']) {
    assert.deepEqual((await heard[name].next()).args, ['who is there?']);
    assert.deepEqual((await heard[name].next()).kwargs, { end: true });
  }
  connection.close();
});

describe('TorrentWsEventHistory', () => {
  const topic = 'com.example.news.today';
  const procedure = 'wamp.subscription.get_events';
  const texts = (events) => events.map(({ kwargs: { text } }) => text);
  let reader;
  let subscription;
  let kept;
  const get = (limits = {}, of = subscription) => reader.ask(procedure, [of], limits);
  before(async () => {
    reader = await stranger(stack);
    ({ subscription } = await reader.subscribe(topic));
    for (const text of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await pages.admin.publish(topic, { text });
    kept = await get();
  });
  after(() => reader.close());

  test('keeps as many as it says, the last ones, for who comes later', async () => {
    assert.deepEqual(texts(kept), ['c', 'd', 'e', 'f', 'g']);
    const late = await stranger(stack);
    const { subscription: same } = await late.subscribe(topic);
    assert.deepEqual(await late.ask(procedure, [same]), kept);
    await late.close();
  });

  test('has each with its time, ids and details', () => {
    for (const { timestamp, subscription: of, publication, details } of kept) {
      assert.ok(Date.now() - Date.parse(timestamp) < 600_000, timestamp);
      assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.equal(of, subscription);
      assert.ok(Number.isInteger(publication));
      assert.deepEqual(details, { topic });
    }
  });

  test('gives them the other way round, and so many of them', async () => {
    assert.deepEqual(texts(await get({ reverse: true })), ['g', 'f', 'e', 'd', 'c']);
    assert.deepEqual(texts(await get({ limit: 2 })), ['c', 'd']);
    assert.deepEqual(texts(await get({ limit: 2, reverse: true })), ['g', 'f']);
    assert.deepEqual(texts(await get({ limit: 100 })), texts(kept));
  });

  test('gives them page by page, in both directions', async () => {
    for (const [reverse, bound] of [
      [false, 'after_publication'],
      [true, 'before_publication'],
    ]) {
      const all = [];
      let page = await get({ reverse, limit: 2 });
      while (page.length > 0) {
        all.push(...page);
        page = await get({ reverse, limit: 2, [bound]: all.at(-1).publication });
      }
      assert.deepEqual(all, reverse ? kept.toReversed() : kept);
    }
  });

  test('gives those between publications', async () => {
    const { publication } = kept[2];
    for (const [bound, expected] of Object.entries({
      from_publication: ['e', 'f', 'g'],
      after_publication: ['f', 'g'],
      before_publication: ['c', 'd'],
      until_publication: ['c', 'd', 'e'],
    })) {
      assert.deepEqual(texts(await get({ [bound]: publication })), expected, bound);
    }
    assert.deepEqual(texts(await get({ from_publication: publication, until_publication: publication })), ['e']);
  });

  test('gives those between times', async () => {
    // Several may have the same one.
    const { timestamp } = kept[2];
    const time = Date.parse(timestamp);
    const byTime = (holds) => texts(kept.filter((event) => holds(Date.parse(event.timestamp))));
    const spellings = [timestamp, timestamp.replace('Z', '+00:00'), new Date(time + 3_600_000).toISOString().replace('Z', '+01:00')];
    for (const spelling of spellings) {
      assert.deepEqual(texts(await get({ from_time: spelling })), byTime((at) => at >= time));
      assert.deepEqual(texts(await get({ after_time: spelling })), byTime((at) => at > time));
      assert.deepEqual(texts(await get({ before_time: spelling })), byTime((at) => at < time));
      assert.deepEqual(texts(await get({ until_time: spelling })), byTime((at) => at <= time));
    }
    assert.deepEqual(await get({ from_time: '2100-01-01T00:00:00Z' }), []);
  });

  test('refuses bounds that are none', async () => {
    for (const limits of [{ from_time: 'yesterday' }, { limit: 0 }, { limit: 'all' }, { after_publication: -1 }]) {
      await assert.rejects(get(limits), wampError('wamp.error.invalid_argument'), JSON.stringify(limits));
    }
  });

  test('has what a pattern of topics has, and of it one topic', async () => {
    const { subscription: all } = await reader.subscribe('com.example.news.', { match: 'prefix' });
    await pages.admin.publish('com.example.news.late', { text: 'late' });
    assert.deepEqual(texts(await get({}, all)), ['d', 'e', 'f', 'g', 'late']); // five in all
    assert.deepEqual(texts(await get({ topic: 'com.example.news.late' }, all)), ['late']);
    assert.deepEqual((await get({ limit: 1, reverse: true }, all))[0].details, { topic: 'com.example.news.late' });
  });

  test('shows nobody what was for others, and keeps nothing that was for single connections', async () => {
    const log = 'com.example.chat.log';
    const { first, other, admin } = pages;
    const { subscription: of } = await first.subscribe(log);
    for (const [text, options] of [
      ['for all', {}],
      ['for user 2', { eligible_authid: ['2'] }],
      ['not for user 2', { exclude_authid: ['2'] }],
      ['for administrators', { eligible_authrole: ['admin'] }],
      ['for this connection', { eligible: [first.id] }],
      ['not for this connection', { exclude: [other.id] }],
    ]) {
      await admin.publish(log, { text }, options);
    }
    const seenBy = async (client) => texts(await client.ask(procedure, [of]));
    assert.deepEqual(await seenBy(first), ['for all', 'for user 2']);
    assert.deepEqual(await seenBy(pages.second), ['for all', 'for user 2']); // another page of the same user
    assert.deepEqual(await seenBy(other), ['for all', 'not for user 2']);
    assert.deepEqual(await seenBy(admin), ['for all', 'not for user 2', 'for administrators']);
    await assert.rejects(reader.ask(procedure, [of]), notAuthorized);
  });

  test('is there where it is configured', async () => {
    const { first } = pages;
    const { subscription: of } = await first.subscribe('com.example.chat.answer');
    await assert.rejects(first.ask(procedure, [of]), wampError('wamp.error.history_unavailable'));
    await assert.rejects(first.ask(procedure, [2 ** 40]), wampError('wamp.error.no_such_subscription'));
  });
});
