// TorrentWsAllow: who may do what, by role, user and pattern, and that nobody may do anything else.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { notAuthorized, reconfigure, stranger } from '../support/site-policy.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { endpoint, signedInClient, WampClient, wampError } from '../support/wamp.mjs';

const invalidUri = wampError('wamp.error.invalid_uri');
const noSuchProcedure = wampError('wamp.error.no_such_procedure');

let stack;
const clients = {};
before(async () => {
  stack = await startStack({
    backend: noDaemon,
    conf: `
TorrentWsAllow subscribe         com.example.news.* role=anonymous
TorrentWsAllow publish           com.example.news.* role=admin
TorrentWsAllow subscribe,publish com.example.chat
TorrentWsAllow subscribe,publish com.example..status
TorrentWsAllow subscribe         com.example.of.2.* user=2
TorrentWsAllow call              com.example.shop.price role=anonymous
TorrentWsAllow register          com.example.shop.* user=12
TorrentWsAllow all               com.example.admin.* role=admin
`,
  });
  [clients.anonymous, clients.admin, clients.user, clients.clerk] = await Promise.all([
    stranger(stack),
    signedInClient(stack),
    signedInClient(stack, { userId: 2 }),
    signedInClient(stack, { userId: 12 }),
  ]);
});
after(async () => {
  await Promise.all(Object.values(clients).map((client) => client.close()));
  await stack?.stop([/ TWS0304: /]);
});

const actions = {
  subscribe: async (client, uri, match) => client.unsubscribe(await client.subscribe(uri, { match })),
  publish: (client, uri) => client.publish(uri),
  register: async (client, uri, match) => client.unregister(await client.register(uri, { match })),
  // That it is not there shows that it was allowed.
  call: (client, uri) =>
    client.call(uri).catch((error) => {
      if (!noSuchProcedure(error)) throw error;
    }),
};

// Only those who are named may do it.
async function assertAllowed(action, uri, names, match = 'exact') {
  for (const [name, client] of Object.entries(clients)) {
    const attempt = actions[action](client, uri, match);
    const what = `${name}: ${action} ${match} ${uri}`;
    if (names.includes(name)) await assert.doesNotReject(attempt, what);
    else await assert.rejects(attempt, notAuthorized, what);
  }
}

const everybody = ['anonymous', 'admin', 'user', 'clerk'];
const signedIn = ['admin', 'user', 'clerk'];

describe('TorrentWsAllow', () => {
  for (const [action, uri, names, match] of [
    // by role
    ['subscribe', 'com.example.news.today', everybody],
    ['publish', 'com.example.news.today', ['admin']],
    ['subscribe', 'com.example.chat', signedIn],
    ['publish', 'com.example.chat', signedIn],
    ['call', 'com.example.shop.price', everybody],
    ['call', 'com.example.admin.close', ['admin']],
    ['register', 'com.example.admin.close', ['admin']],
    // by user
    ['subscribe', 'com.example.of.2.mail', ['user']],
    ['register', 'com.example.shop.price', ['clerk']],
    ['register', 'com.example.shop.', ['clerk'], 'prefix'],
    // An action alone allows no other one.
    ['register', 'com.example.chat', []],
    ['call', 'com.example.chat', []],
    ['publish', 'com.example.of.2.mail', []],
    // by pattern: exact
    ['subscribe', 'com.example.chat.room', []],
    ['subscribe', 'com.example.chat', [], 'prefix'],
    ['subscribe', 'com.example.chat', [], 'wildcard'],
    // prefix
    ['subscribe', 'com.example.news.', everybody, 'prefix'],
    ['subscribe', 'com.example.news.to', everybody, 'prefix'],
    ['subscribe', 'com.example.news..late', everybody, 'wildcard'],
    ['subscribe', 'com.example.news', []],
    ['subscribe', 'com.example.news', [], 'prefix'],
    ['subscribe', 'com.example.', [], 'prefix'],
    ['subscribe', '', [], 'prefix'],
    ['subscribe', 'com..news.late', [], 'wildcard'],
    ['register', 'com.example.', [], 'prefix'],
    // wildcard
    ['publish', 'com.example.printer.status', signedIn],
    ['subscribe', 'com.example.printer.status', signedIn],
    ['subscribe', 'com.example..status', signedIn, 'wildcard'],
    ['publish', 'com.example.printer.first.status', []],
    ['subscribe', 'com...status', [], 'wildcard'],
    ['subscribe', 'com.example..', [], 'wildcard'],
    ['subscribe', 'com.example.printer.', [], 'prefix'],
    // nothing: nobody
    ['subscribe', 'com.other', []],
    ['publish', 'com.other', []],
    ['call', 'com.other', []],
    ['register', 'com.other', []],
  ]) {
    const which = names.length === 0 ? 'nobody' : names === everybody ? 'everybody' : names.join(', ');
    test(`${match ? `${match} ` : ''}${uri || 'everything'}: ${which} may ${action}`, () =>
      assertAllowed(action, uri, names, match));
  }

  test('what is not allowed has no effect without an answer either', async () => {
    const { user, admin } = clients;
    const news = await user.subscribe('com.example.news.today');
    user.send([16, 1_000_000, {}, 'com.example.news.today', [], { from: 'user' }]);
    await assert.rejects(user.call('com.other'), notAuthorized); // which comes after it
    await admin.publish('com.example.news.today', { from: 'admin' });
    assert.deepEqual(await news.next(), { from: 'admin' });
    await user.unsubscribe(news);
  });

  test('a testament is a publication, too', async () => {
    const testament = [['com.example.news.today', [], {}]];
    await assert.rejects(clients.user.ask('wamp.session.add_testament', ...testament), notAuthorized);
    await clients.admin.ask('wamp.session.add_testament', ...testament);
  });
});

describe('who a client is', () => {
  const claims = { authid: '1', authrole: 'admin', authprovider: 'mod_torrent_ws', authextra: { authrole: 'admin' } };

  test('is not what it says', async () => {
    const client = await WampClient.open(endpoint(stack).url);
    const welcome = await client.join({ ...claims, authmethods: ['anonymous'] });
    assert.deepEqual([welcome.authid, welcome.authrole, welcome.authmethod], ['', 'anonymous', 'anonymous']);
    await assert.rejects(client.publish('com.example.news.today'), notAuthorized);
    await assert.rejects(client.ask('wamp.session.count'), notAuthorized);
    await client.close();
  });

  test('is not what it says beside its ticket', async () => {
    const [client, token] = await Promise.all([WampClient.open(endpoint(stack).url), stack.token(2)]);
    const welcome = await client.join({ ...claims, authid: '2', authmethods: ['ticket'] }, () => token);
    assert.deepEqual([welcome.authid, welcome.authrole, welcome.authmethod], ['2', 'user', 'ticket']);
    await assert.rejects(client.publish('com.example.news.today'), notAuthorized);
    await client.close();
  });

  test('is not what it says in a message', async () => {
    const { user, clerk, admin } = clients;
    const events = await admin.subscribe('com.example.chat', {}, { whole: true });
    const lies = { publisher: admin.id, publisher_authid: '1', publisher_authrole: 'admin', topic: 'com.lie' };
    await user.publish('com.example.chat', { n: 1 }, lies);
    assert.deepEqual((await events.next()).details, {});
    await user.publish('com.example.chat', { n: 2 }, { ...lies, disclose_me: true });
    const truth = { publisher: user.id, publisher_authid: '2', publisher_authrole: 'user' };
    assert.deepEqual((await events.next()).details, truth);
    await admin.unsubscribe(events);

    const procedure = 'com.example.shop.price';
    const registration = await clerk.register(procedure, {}, (args, details) => [details]);
    const caller = { caller: admin.id, caller_authid: '1', caller_authrole: 'admin', procedure: 'com.lie' };
    assert.deepEqual(await user.ask(procedure, [], {}, caller), {});
    const called = await user.ask(procedure, [], {}, { ...caller, disclose_me: true });
    assert.deepEqual(called, { caller: user.id, caller_authid: '2', caller_authrole: 'user' });
    await clerk.unregister(registration);
  });
});

// The realm's own topics and procedures, and WAMP's.
describe("the server's own names, where everybody else may do everything", () => {
  const meta = ['wamp.session.list', 'wamp.session.kill_all', 'wamp.subscription.list', 'wamp.registration.list'];
  before(async () => {
    await reconfigure(stack, 'TorrentWsAllow all * role=anonymous\n');
  });

  test('other names are open', async () => {
    await assertAllowed('subscribe', '', everybody, 'prefix');
    await assertAllowed('register', 'net.anything', everybody);
  });

  test('strangers neither see torrents nor command them', async () => {
    const { anonymous } = clients;
    for (const topic of ['torrents', 'session']) await assert.rejects(anonymous.subscribe(topic), notAuthorized, topic);
    for (const procedure of ['session.get', 'torrents.snapshot', 'torrent.remove', 'session.close', 'free_space']) {
      await assert.rejects(anonymous.call(procedure), notAuthorized, procedure);
    }
  });

  test('a pattern has none of them', async () => {
    const { user } = clients;
    const everything = await user.subscribe('', { match: 'prefix' }, { whole: true });
    const own = await user.subscribe('session');
    await own.next(); // the state of the daemons
    const late = await signedInClient(stack, { userId: 3 });
    await late.close();
    await user.publish('com.example.end', {}, { exclude_me: false });
    assert.equal((await everything.next()).details.topic, 'com.example.end');
    await user.unsubscribe(everything);
    await user.unsubscribe(own);
  });

  test('nobody provides them, by no pattern either', async () => {
    const { user, admin } = clients;
    for (const prefix of ['torrents', 'session', 'wamp.', 'torrent.']) {
      await assert.rejects(user.register(prefix, { match: 'prefix' }), notAuthorized);
    }
    const all = await user.register('', { match: 'prefix' }, () => ['a lie']);
    assert.equal(await admin.ask('com.anything'), 'a lie');
    await assert.rejects(admin.ask('torrent.nothing'), noSuchProcedure);
    await assert.rejects(admin.ask('wamp.session.nothing'), noSuchProcedure);
    assert.equal(typeof (await admin.ask('wamp.session.count')), 'number');
    await user.unregister(all);
  });

  test("WAMP's meta procedures and topics are for administrators", async () => {
    for (const [name, client] of Object.entries(clients)) {
      for (const procedure of meta.filter((uri) => !uri.includes('kill'))) {
        const call = client.ask(procedure);
        if (name === 'admin') await call;
        else await assert.rejects(call, notAuthorized, `${name}: ${procedure}`);
      }
      if (name !== 'admin') await assert.rejects(client.ask('wamp.session.kill_all'), notAuthorized);
      const subscribed = client.subscribe('wamp.session.on_join');
      if (name === 'admin') await client.unsubscribe(await subscribed);
      else await assert.rejects(subscribed, notAuthorized, name);
    }
  });
});

describe('without TorrentWsAllow', () => {
  before(() => reconfigure(stack, ''));

  test("nobody may do anything with a site's topics and procedures", async () => {
    for (const action of Object.keys(actions)) await assertAllowed(action, 'com.example.chat', []);
  });

  test('who has signed in has the torrents', async () => {
    await clients.user.unsubscribe(await clients.user.subscribe('torrents'));
  });
});

describe('TorrentWsStrictUris', () => {
  const loose = ['com.Example.chat', 'com.example.chat-room', 'com.example.städte'];
  const broken = ['com.example..chat', 'com.example.', '.com', 'com.ex ample', 'com.example#1', ''];
  const allow = 'TorrentWsAllow all * role=admin\n';
  async function assertNoUris(uris) {
    for (const uri of uris) {
      for (const [name, action] of Object.entries(actions)) {
        await assert.rejects(action(clients.admin, uri, 'exact'), invalidUri, `${name} "${uri}"`);
      }
    }
  }

  test('Off: takes all that WAMP calls a URI', async () => {
    await reconfigure(stack, allow);
    for (const uri of loose) for (const action of Object.values(actions)) await action(clients.admin, uri, 'exact');
    await assertNoUris(broken);
  });

  test('On: takes the strict ones alone', async () => {
    await reconfigure(stack, `${allow}TorrentWsStrictUris On\n`);
    await assertNoUris([...loose, ...broken]);
    for (const action of Object.values(actions)) await action(clients.admin, 'com.example_2.chat', 'exact');
    await actions.subscribe(clients.admin, 'com.exam', 'prefix');
    await actions.subscribe(clients.admin, 'com..chat', 'wildcard');
    await assert.rejects(actions.subscribe(clients.admin, 'com.Exam', 'prefix'), invalidUri);
    await assert.rejects(actions.subscribe(clients.admin, 'com..Chat', 'wildcard'), invalidUri);
  });
});

describe('TorrentWsStrictRequestIds', () => {
  const subscribe = (client, id) => client.send([32, id, {}, 'session']);
  async function fresh() {
    const token = await stack.token(2);
    const client = await WampClient.open(endpoint(stack).url);
    await client.signIn(2, token);
    return client;
  }
  const violation = wampError('wamp.error.protocol_violation');

  test('Off: takes any', async () => {
    await reconfigure(stack, '');
    const client = await fresh();
    for (const id of [7, 3, 3, 2 ** 53]) subscribe(client, id);
    await client.subscribe('session');
    await client.close();
  });

  test('On: they count 1, 2, 3 in each session', async () => {
    await reconfigure(stack, 'TorrentWsStrictRequestIds On\n');
    const client = await fresh();
    const events = await client.subscribe('session');
    await client.call('session.get').catch(() => {}); // the daemon is down
    await client.unsubscribe(events);
    await client.subscribe('session');
    await client.close();
    for (const ids of [[2], [1, 1], [1, 3]]) {
      const wrong = await fresh();
      ids.forEach((id) => subscribe(wrong, id));
      assert.equal((await wrong.ended()).code, 1002, ids.join());
      assert.ok(violation(wrong.aborted), String(wrong.aborted));
    }
  });
});
