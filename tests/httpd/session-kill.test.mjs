// WAMP's session meta API in the hands of an administrator: who is there, and sending them away.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { eventually } from '../support/patience.mjs';
import { notAuthorized, stranger } from '../support/site-policy.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { signedInClient, wampError } from '../support/wamp.mjs';

const policyViolation = 1008;

let stack;
let admin;
let clients;
before(async () => {
  stack = await startStack({ backend: noDaemon, conf: 'TorrentWsAllow subscribe com.example.news role=anonymous\n' });
  admin = await signedInClient(stack);
});
after(async () => {
  await admin?.close();
  await stack?.stop([/ TWS0304: /]);
});

// Two pages of user 2, one of user 3, one of the administrator, and a stranger.
beforeEach(async () => {
  await admin.ask('wamp.session.kill_all');
  await eventually(async () => assert.deepEqual(await admin.ask('wamp.session.list'), [admin.id]));
  const [first, second, other, own, anonymous] = await Promise.all([
    signedInClient(stack, { userId: 2 }),
    signedInClient(stack, { userId: 2, scheme: 'wss' }),
    signedInClient(stack, { userId: 3 }),
    signedInClient(stack),
    stranger(stack),
  ]);
  clients = { first, second, other, own, anonymous };
});

const idsOf = (names) => names.map((name) => clients[name].id).sort();

// These, and no others, are told so and closed.
async function assertKilled(names, goodbye = 'wamp.close.killed', details = {}) {
  for (const name of names) {
    assert.equal((await clients[name].ended()).code, policyViolation, name);
    assert.deepEqual([clients[name].goodbye, clients[name].goodbyeDetails], [goodbye, details], name);
  }
  const left = Object.keys(clients).filter((name) => !names.includes(name));
  assert.deepEqual((await admin.ask('wamp.session.list')).sort(), [...idsOf(left), admin.id].sort());
  for (const name of left) await clients[name].ask('wamp.session.flush_testaments');
}

describe('an administrator', () => {
  test('sees who is there', async () => {
    const { first, second, anonymous } = clients;
    assert.equal(await admin.ask('wamp.session.count'), 6);
    assert.equal(await admin.ask('wamp.session.count', [['user']]), 3);
    assert.deepEqual(await admin.ask('wamp.session.list', [['anonymous']]), [anonymous.id]);
    const get = (client) => admin.ask('wamp.session.get', [client.id]);
    const expected = { authid: '2', authrole: 'user', authmethod: 'ticket', authprovider: 'mod_torrent_ws' };
    assert.deepEqual(await get(first), { session: first.id, ...expected, transport: { type: 'websocket', kind: 'ws' } });
    assert.deepEqual(await get(second), { session: second.id, ...expected, transport: { type: 'websocket', kind: 'wss' } });
    assert.equal((await get(anonymous)).authid, '');
    await assert.rejects(admin.ask('wamp.session.get', [1]), wampError('wamp.error.no_such_session'));
  });

  test('ends one session', async () => {
    assert.equal(await admin.ask('wamp.session.kill', [clients.first.id]), null);
    await assertKilled(['first']);
    const again = admin.ask('wamp.session.kill', [clients.first.id]);
    await assert.rejects(again, wampError('wamp.error.no_such_session'));
  });

  test('says why', async () => {
    const why = { reason: 'com.example.enough', message: 'Geh schlafen, es ist spät.'.repeat(10) };
    await admin.ask('wamp.session.kill', [clients.other.id], why);
    await assertKilled(['other'], why.reason, { message: why.message });
    for (const procedure of ['kill', 'kill_by_authid', 'kill_by_authrole', 'kill_all']) {
      const args = { kill: [clients.first.id], kill_all: [] }[procedure] ?? ['user'];
      const call = admin.ask(`wamp.session.${procedure}`, args, { reason: 'no URI' });
      await assert.rejects(call, wampError('wamp.error.invalid_uri'), procedure);
    }
    await assertKilled(['other'], why.reason, { message: why.message });
  });

  test('ends all pages of a user', async () => {
    assert.deepEqual((await admin.ask('wamp.session.kill_by_authid', ['2'])).sort(), idsOf(['first', 'second']));
    await assertKilled(['first', 'second']);
    assert.deepEqual(await admin.ask('wamp.session.kill_by_authid', ['2']), []);
  });

  test('ends the other sessions of his own, and not that which he is in', async () => {
    assert.deepEqual(await admin.ask('wamp.session.kill_by_authid', ['1']), idsOf(['own']));
    await assertKilled(['own']);
    await assert.rejects(admin.ask('wamp.session.kill', [admin.id]), wampError('wamp.error.no_such_session'));
  });

  test('ends all of a role', async () => {
    assert.equal(await admin.ask('wamp.session.kill_by_authrole', ['user']), 3);
    await assertKilled(['first', 'second', 'other']);
  });

  test('ends all of the administrators but himself', async () => {
    assert.equal(await admin.ask('wamp.session.kill_by_authrole', ['admin']), 1);
    await assertKilled(['own']);
  });

  test('ends all but himself', async () => {
    assert.equal(await admin.ask('wamp.session.kill_all', [], { message: 'Good night.' }), 5);
    await assertKilled(Object.keys(clients), 'wamp.close.killed', { message: 'Good night.' });
  });

  test('is told who comes and goes', async () => {
    const joined = await admin.subscribe('wamp.session.on_join', {}, { whole: true });
    const left = await admin.subscribe('wamp.session.on_leave', {}, { whole: true });
    const client = await signedInClient(stack, { userId: 4 });
    assert.equal((await joined.next()).args[0].session, client.id);
    await admin.ask('wamp.session.kill', [client.id]);
    assert.deepEqual((await left.next()).args, [client.id, '4', 'user']);
    await client.ended();
    await Promise.all([joined, left].map((events) => admin.unsubscribe(events)));
  });
});

test('nobody else ends a session', async () => {
  const { first, second, anonymous } = clients;
  for (const client of [first, anonymous]) {
    await assert.rejects(client.ask('wamp.session.kill', [second.id]), notAuthorized);
    await assert.rejects(client.ask('wamp.session.kill_by_authid', ['2']), notAuthorized);
    await assert.rejects(client.ask('wamp.session.kill_by_authrole', ['user']), notAuthorized);
    await assert.rejects(client.ask('wamp.session.kill_all'), notAuthorized);
  }
  await assertKilled([]);
});
