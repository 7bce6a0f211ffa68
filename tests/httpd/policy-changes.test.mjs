// Graceful restarts that change TorrentWsAllow and TorrentWsAdmins, while clients are connected: what is no longer
// allowed is taken from them, and what is new works at once.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { announcing, notAuthorized, reconfigure } from '../support/site-policy.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { endpoint, signedInClient, WampClient, wampError } from '../support/wamp.mjs';

const noSuchSubscription = wampError('wamp.error.no_such_subscription');
const noSuchRegistration = wampError('wamp.error.no_such_registration');
const noSuchProcedure = wampError('wamp.error.no_such_procedure');

// User 1 is an administrator all the time, by the demo's own configuration.
const forAll = 'TorrentWsAllow all com.example.* role=admin\nTorrentWsAllow subscribe com.example.stay\n';
const open = `${forAll}TorrentWsAllow subscribe,publish com.example.chat.*\nTorrentWsAllow register,call com.example.shop.*\n`;

let stack;
let admin;
// Of user 2: one client that is told what is taken from it, and one that did not ask for that.
let told;
let silent;
before(async () => {
  stack = await startStack({ backend: noDaemon, conf: '' });
  [admin, silent] = await Promise.all([signedInClient(stack), signedInClient(stack, { userId: 2 })]);
  const [token, client] = await Promise.all([stack.token(2), WampClient.open(endpoint(stack).url)]);
  await client.join({ ...announcing, authmethods: ['ticket'], authid: '2' }, () => token);
  told = client;
});
after(async () => {
  await Promise.all([admin, told, silent].map((client) => client?.close()));
  await stack?.stop([/ TWS0304: /]);
});

const fromBoth = (action) => Promise.all([told, silent].map(action));

// Ends with an event that each of these still gets, and had none before it.
async function assertQuiet(clients, topics) {
  const stay = await Promise.all(clients.map((client) => client.subscribe('com.example.stay')));
  for (const topic of topics) await admin.publish(topic, { topic });
  await admin.publish('com.example.stay', { end: true });
  for (const queue of stay) assert.deepEqual(await queue.next(), { end: true });
  await Promise.all(clients.map((client, at) => client.unsubscribe(stay[at])));
}

describe('a graceful restart', () => {
  test('that allows more holds at once', async () => {
    await reconfigure(stack, '');
    await assert.rejects(silent.subscribe('com.example.chat.room'), notAuthorized);
    await reconfigure(stack, open);
    const events = await silent.subscribe('com.example.chat.room');
    await told.publish('com.example.chat.room', { n: 1 });
    assert.deepEqual(await events.next(), { n: 1 });
    await silent.unsubscribe(events);
  });

  test('that takes subscriptions away says so to who can understand it, and no event comes after it', async () => {
    await reconfigure(stack, open);
    const topics = ['com.example.chat.room', 'com.example.stay'];
    const exact = await fromBoth((client) => client.subscribe(topics[0]));
    const prefix = await fromBoth((client) => client.subscribe('com.example.chat.', { match: 'prefix' }));
    await reconfigure(stack, forAll);

    const taken = [await told.revoked.next(), await told.revoked.next()];
    const ids = taken.map(({ subscription }) => subscription);
    assert.deepEqual(ids.sort(), [exact[0].subscription, prefix[0].subscription].sort());
    for (const { reason } of taken) assert.match(reason, /configuration/);
    await assertQuiet([told, silent], [topics[0]]);
    assert.deepEqual([...exact, ...prefix].map((events) => events.length), [0, 0, 0, 0]);
    assert.deepEqual([told.revoked.length, silent.revoked.length], [0, 0]);
    await assert.rejects(silent.unsubscribe(exact[1]), noSuchSubscription);
    await assert.rejects(silent.subscribe(topics[0]), notAuthorized);
  });

  test('that takes procedures away says so, and no call comes after it', async () => {
    await reconfigure(stack, open);
    const one = await told.register('com.example.shop.one');
    const two = await silent.register('com.example.shop.two');
    await reconfigure(stack, forAll);
    const { registration, reason } = await told.revoked.next();
    assert.equal(registration, one);
    assert.match(reason, /configuration/);
    await assert.rejects(admin.call('com.example.shop.one'), noSuchProcedure);
    await assert.rejects(admin.call('com.example.shop.two'), noSuchProcedure);
    await assert.rejects(silent.unregister(two), noSuchRegistration);
    assert.equal(silent.revoked.length, 0);
    await assert.rejects(silent.register('com.example.shop.two'), notAuthorized);
    await assert.rejects(silent.call('com.example.shop.one'), notAuthorized);
  });

  test('lets a call that is under way come to its end', async () => {
    await reconfigure(stack, open);
    let finish;
    const invoked = new Promise((resolve) => {
      silent.register('com.example.shop.slow', {}, () => {
        resolve();
        return new Promise((done) => (finish = done));
      });
    });
    const answer = told.ask('com.example.shop.slow').catch((error) => error);
    await invoked;
    await reconfigure(stack, forAll);
    finish(['done']);
    assert.equal(await answer, 'done');
  });

  test('that changes what one user may do leaves the others alone', async () => {
    const mail = (user) => `${forAll}TorrentWsAllow subscribe com.example.mail user=${user}\n`;
    await reconfigure(stack, mail(2));
    const other = await signedInClient(stack, { userId: 3 });
    const events = await fromBoth((client) => client.subscribe('com.example.mail'));
    await assert.rejects(other.subscribe('com.example.mail'), notAuthorized);
    await reconfigure(stack, mail(3));
    assert.equal((await told.revoked.next()).subscription, events[0].subscription);
    const mine = await other.subscribe('com.example.mail');
    await assertQuiet([told, silent], ['com.example.mail']);
    assert.deepEqual(await mine.next(), { topic: 'com.example.mail' });
    await other.close();
  });

  test('that changes nothing takes nothing', async () => {
    await reconfigure(stack, open);
    const room = await told.subscribe('com.example.chat.room');
    const registration = await told.register('com.example.shop.one');
    await reconfigure(stack, open);
    await silent.publish('com.example.chat.room', { n: 1 });
    assert.deepEqual(await room.next(), { n: 1 });
    await silent.call('com.example.shop.one');
    assert.equal(told.revoked.length, 0);
    await told.unsubscribe(room);
    await told.unregister(registration);
  });

  test('that makes strict what URIs may be takes the others away', async () => {
    await reconfigure(stack, open);
    const loose = await told.subscribe('com.example.chat.Room');
    const strict = await told.subscribe('com.example.chat.room');
    await reconfigure(stack, `${open}TorrentWsStrictUris On\n`);
    assert.equal((await told.revoked.next()).subscription, loose.subscription);
    await silent.publish('com.example.chat.room', { n: 1 });
    assert.deepEqual(await strict.next(), { n: 1 });
    await told.unsubscribe(strict);
  });

  test('changes who is an administrator', async () => {
    await reconfigure(stack, `${open}TorrentWsAdmins 2\n`);
    const queues = [];
    for (const client of [admin, told]) queues.push(await client.subscribe('wamp.session.on_join', {}, { whole: true }));
    await (await signedInClient(stack, { userId: 7 })).close();
    const isOf = (user) => (event) => event.args[0].authid === user;
    for (const queue of queues) await queue.next(isOf('7'));
    assert.equal((await told.ask('wamp.session.get', [told.id])).authrole, 'admin');

    await reconfigure(stack, open);
    assert.equal((await told.revoked.next()).subscription, queues[1].subscription);
    await (await signedInClient(stack, { userId: 8 })).close();
    await queues[0].next(isOf('8'));
    await assert.rejects(told.ask('wamp.session.count'), notAuthorized);
    await assert.rejects(told.call('session.set'), notAuthorized);
    while (queues[1].length > 0) assert.ok(!isOf('8')(await queues[1].next()));
    assert.equal((await admin.ask('wamp.session.get', [told.id])).authrole, 'user');
  });
});
