// What users choose about their pages: kept in the database, for all pages of a user, and for nobody else's.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';

import { guardedSockets, writePasswords } from '../support/basic-login.mjs';
import { lockDatabase } from '../support/database-lock.mjs';
import { eventually } from '../support/patience.mjs';
import { killHard } from '../support/processes.mjs';
import { checked } from '../support/schemas.mjs';
import { notAuthorized, stranger } from '../support/site-policy.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { endpoint, signedInClient, WampClient, wampError } from '../support/wamp.mjs';

const invalid = (pattern) => (error) => error.uri === 'wamp.error.invalid_argument' && pattern.test(error.args[0]);

let stack;
let clients = [];
async function signIn(options) {
  const client = await signedInClient(stack, options);
  clients.push(client);
  return client;
}
// A page and its events, of which the first is a snapshot.
async function openPage(userId = 1, options = {}) {
  const client = await signIn({ userId, ...options });
  const events = checked('preferences', await client.subscribe('preferences'));
  const { snapshot, preferences } = await events.next();
  assert.equal(snapshot, true);
  return { client, events, preferences };
}
const get = async (client) => (await client.call('preferences.get')).preferences;
const set = (client, preferences) => client.call('preferences.set', { preferences });
const closeClients = async () => {
  await Promise.all(clients.map((client) => client.close()));
  clients = [];
};

describe('preferences', () => {
  before(async () => {
    stack = await startStack({ backend: noDaemon });
  });
  after(() => stack?.stop([/ TWS0304: /, / TWS0303: /, / TWS0002: /]));
  afterEach(async () => {
    const client = await signIn();
    const names = Object.keys(await get(client));
    await set(client, Object.fromEntries(names.map((name) => [name, null])));
    await closeClients();
  });

  test('are told to the pages of their user, and to no others', async () => {
    const [mine, other, strangers] = [await openPage(), await openPage(), await openPage(2)];
    assert.deepEqual([mine.preferences, strangers.preferences], [{}, {}]);
    await set(mine.client, { theme: 'dark', columns: [{ id: 'name', width: 90.5 }] });
    const change = { snapshot: false, preferences: { theme: 'dark', columns: [{ id: 'name', width: 90.5 }] } };
    assert.deepEqual(await other.events.next(), change);
    await set(strangers.client, { theme: 'light' });
    await set(mine.client, { theme: null, language: 'de' });
    assert.deepEqual(await other.events.next(), { snapshot: false, preferences: { theme: null, language: 'de' } });

    const all = { columns: [{ id: 'name', width: 90.5 }], language: 'de' };
    assert.deepEqual(await get(mine.client), all);
    assert.deepEqual((await openPage()).preferences, all);
    assert.deepEqual(await get(strangers.client), { theme: 'light' });
    assert.deepEqual([mine, other, strangers].map(({ events }) => events.length), [0, 0, 0]);
  });

  test('are given back as they were given, in each serializer', async () => {
    const preferences = {
      text: 'quotes " and \\, line\nbreaks, ümläuts, 漢字 and 🧲',
      zero: 'a\u0000b',
      number: 0.1,
      large: 9_007_199_254_740_991,
      yes: true,
      no: false,
      list: [null, [], {}, -1],
      nested: { a: { b: [{ c: '' }] } },
    };
    const pages = [];
    for (const serializer of ['json', 'cbor', 'msgpack']) pages.push(await openPage(1, { serializer }));
    for (const { client } of pages) {
      await set(client, preferences);
      for (const page of pages) {
        assert.deepEqual(await get(page.client), preferences);
        if (page.client !== client) assert.deepEqual((await page.events.next()).preferences, preferences);
      }
    }
  });

  test('that are chosen last are kept', async () => {
    const { client } = await openPage();
    const other = await openPage();
    const calls = [];
    for (let number = 0; number < 20; number++) calls.push(set(client, { number }));
    await Promise.all(calls);
    assert.deepEqual(await get(client), { number: 19 });
    for (let number = 0; number < 20; number++) assert.equal((await other.events.next()).preferences.number, number);
  });

  test('have bounds, and what goes beyond them changes nothing', async () => {
    const client = await signIn();
    await set(client, { theme: 'dark' });
    const names = (count) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, 1]));
    for (const name of ['', 'Theme', '1st', '_a', 'a-b', 'a.b', 'ä', 'a'.repeat(33)]) {
      await assert.rejects(set(client, { theme: 'light', [name]: 1 }), invalid(/preferences must have names of/));
    }
    await assert.rejects(set(client, names(64)), invalid(/64 names at most/));
    await assert.rejects(set(client, { text: 'x'.repeat(16_384) }), invalid(/16384 bytes/));
    await assert.rejects(set(client, { number: 2 ** 63 }), invalid(/below 2\^63, and number is none/));
    for (const preferences of [null, 'theme', [], 7]) await assert.rejects(set(client, preferences), invalid(/one argument/));
    await assert.rejects(client.call('preferences.set', {}), invalid(/one argument/));
    await assert.rejects(client.call('preferences.set', { preferences: {}, daemon: 'main' }), invalid(/one argument/));
    await assert.rejects(client.call('preferences.get', { name: 'theme' }), invalid(/no arguments/));
    assert.deepEqual(await get(client), { theme: 'dark' });
    await set(client, names(63));
    await set(client, { n0: null, a1234567890123456789012345678901: 'x'.repeat(15_000) });
    assert.equal(Object.keys(await get(client)).length, 64);
  });

  test('are nobody\'s who has not signed in', async () => {
    const client = await stranger(stack);
    clients.push(client);
    await assert.rejects(get(client), notAuthorized);
    await assert.rejects(set(client, { theme: 'dark' }), notAuthorized);
    await assert.rejects(client.subscribe('preferences'), notAuthorized);
  });

  test('outlive torrent-ws', async () => {
    await set(await signIn(), { theme: 'dark' });
    await killHard((await stack.status()).pids.event_loop);
    const page = await eventually(() => openPage());
    assert.deepEqual(page.preferences, { theme: 'dark' });
  });

  test('of a locked database are late, and refused if that lasts', async () => {
    const [{ client }, other] = [await openPage(), await openPage()];
    const late = await signIn();
    const unlock = await lockDatabase(stack);
    const refused = assert.rejects(set(client, { theme: 'dark' }), wampError('torrent_ws.error.database_unavailable'));
    const events = checked('preferences', await late.subscribe('preferences'));
    // What needs no database is answered at once.
    await client.ask('wamp.session.count');
    await refused;
    await unlock();
    assert.deepEqual(await events.next(), { snapshot: true, preferences: {} });
    await set(client, { theme: 'light' });
    for (const queue of [events, other.events]) {
      assert.deepEqual(await queue.next(), { snapshot: false, preferences: { theme: 'light' } });
    }
  });
});

test('without a database there are none, and that is said', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-preferences-'));
  const passwords = path.join(folder, 'passwords');
  fs.chmodSync(folder, 0o755);
  writePasswords(passwords, { alice: 'secret' });
  try {
    stack = await startStack({ backend: noDaemon, withoutDatabase: true, conf: guardedSockets(passwords) });
    const headers = { Authorization: `Basic ${Buffer.from('alice:secret').toString('base64')}` };
    const client = await WampClient.open(endpoint(stack, 'ws', '/guarded/').url, { headers });
    clients.push(client);
    assert.equal((await client.join()).authid, 'alice');
    const notSupported = wampError('torrent_ws.error.not_supported');
    await assert.rejects(get(client), notSupported);
    await assert.rejects(set(client, { theme: 'dark' }), notSupported);
    await assert.rejects(client.subscribe('preferences'), notSupported);
  } finally {
    await closeClients();
    await stack?.stop([/ TWS0304: /]);
    fs.rmSync(folder, { recursive: true });
  }
});
