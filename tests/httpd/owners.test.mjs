// Who added a torrent: known to everybody who sees the list, kept in the database, and never waited for.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';

import { guardedSockets, writePasswords } from '../support/basic-login.mjs';
import { lockDatabase } from '../support/database-lock.mjs';
import { makeTorrent } from '../support/metainfo.mjs';
import { giveTorrents, ownersOf } from '../support/owners.mjs';
import { eventually } from '../support/patience.mjs';
import { killHard, restartHttpd, workersOf } from '../support/processes.mjs';
import { checked } from '../support/schemas.mjs';
import { forms } from '../support/serializers.mjs';
import { startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { TransmissionDaemon } from '../support/transmission-daemon.mjs';
import { endpoint, signedInClient, WampClient, wampError } from '../support/wamp.mjs';
import { WindowView } from '../support/window-view.mjs';

let stack;
let clients = [];
let made = 0;
async function openClient(userId, options = {}) {
  const client = await signedInClient(stack, { userId, ...options });
  clients.push(client);
  return client;
}
const openList = async (client, options = {}) => {
  const view = new TorrentView(checked('torrents', await client.subscribe('torrents', options)));
  await view.advance();
  return view;
};
const openWindow = async (client, _window, options = {}) => {
  const view = new WindowView(checked('window', await client.subscribe('torrents.window', { _window, ...options })));
  await view.advance();
  return view;
};
// Arguments of torrent.add, another torrent each time.
function another() {
  made += 1;
  const { bytes } = makeTorrent({
    name: `another ${made}`,
    length: 16_384,
    announce: 'http://127.0.0.1:1/announce',
    pieceLength: 16_384,
    hashed: false,
  });
  return { metainfo: bytes.toString('base64'), paused: true };
}
const add = async (client, kwargs = another()) =>
  (await client.call('torrent.add', kwargs))['torrent-added'].hashString;
const isOwnedBy = (owner, hash) => (view) => view.torrents[hash]?.owner === owner;
const closeClients = async () => {
  await Promise.all(clients.map((client) => client.close()));
  clients = [];
};

describe('owners', () => {
  before(async () => {
    stack = await startStack();
  });
  after(() => stack?.stop([/ TWS0002: /, / TWS0201: /]));
  afterEach(async () => {
    const { torrents } = await stack.rpc.call('torrent-get', { fields: ['hashString', 'name'] });
    const ids = torrents.filter(({ name }) => name.startsWith('another ')).map(({ hashString }) => hashString);
    if (ids.length > 0) await (await openClient(1)).call('torrent.remove', { ids });
    await closeClients();
  });

  test('are those who add, for all who see the list, in each form', async () => {
    const adder = await openClient(2);
    const lists = [];
    const windows = [];
    for (const { serializer, format } of forms) {
      const client = await openClient(1, { serializer });
      lists.push(await openList(client, { _format: format }));
      windows.push(await openWindow(client, { limit: 1000 }, { _format: format }));
    }
    assert.deepEqual([...new Set(Object.values(lists[0].torrents).map(({ owner }) => owner))], ['']);
    const hash = await add(adder);
    for (const view of [...lists, ...windows, await openList(adder)]) await view.until(isOwnedBy('2', hash));
    for (const { serializer, format } of forms) {
      const late = await openList(await openClient(1, { serializer }), { _format: format });
      await late.until(isOwnedBy('2', hash));
    }
    await assert.rejects(
      adder.call('torrent.get', { ids: [hash], fields: ['owner'] }),
      wampError('wamp.error.invalid_argument'),
    );
  });

  test('are counted, filtered and sorted by', async () => {
    const [first, second] = [await openClient(1), await openClient(2)];
    const all = await openWindow(first, { sort: [['owner', 'desc']], fields: ['owner'] });
    const before = all.counts.total;
    assert.deepEqual(all.counts.owners, { '': before });
    const ofSecond = await openWindow(first, { filter: { owners: ['2'] } });
    const hashes = [await add(first), await add(second), await add(second)];
    const counts = { '': before, 1: 1, 2: 2 };
    for (const view of [all, ofSecond]) {
      await view.until(({ counts: { owners } }) => owners[1] === 1 && owners[2] === 2);
      assert.deepEqual(view.counts.owners, counts);
    }
    assert.deepEqual(ofSecond.order.toSorted(), hashes.slice(1).sort());
    assert.deepEqual(all.order.slice(0, 3).map((hash) => all.torrents[hash].owner), ['2', '2', '1']);
    const called = await second.call('torrents.window', { filter: { owners: ['1', ''] } });
    assert.equal(called.counts.matching, before + 1);
    assert.deepEqual(called.counts.owners, counts);
    await first.call('torrent.remove', { ids: hashes.slice(1) });
    await ofSecond.until(({ counts: { owners } }) => !('2' in owners));
    assert.deepEqual(ofSecond.order, []);
  });

  test('remain when somebody else adds the torrent, until it is gone', async () => {
    const [first, second] = [await openClient(1), await openClient(2)];
    const view = await openList(first);
    const kwargs = another();
    const hash = await add(second, kwargs);
    await view.until(isOwnedBy('2', hash));
    assert.equal((await first.call('torrent.add', kwargs))['torrent-duplicate'].hashString, hash);
    await first.call('torrent.set', { ids: [hash], labels: ['seen'] });
    await view.until(({ torrents }) => torrents[hash].labels[0] === 'seen');
    assert.equal(view.torrents[hash].owner, '2');

    await second.call('torrent.remove', { ids: [hash] });
    assert.equal(await add(first, kwargs), hash);
    await view.until(isOwnedBy('1', hash));
    await eventually(async () => assert.deepEqual(await ownersOf(stack), { [hash]: '1' }));
  });

  test('are unknown past the module, also of a torrent that was somebody\'s', async () => {
    const client = await openClient(2);
    const view = await openList(client);
    const kwargs = another();
    const hash = await add(client, kwargs);
    await view.until(isOwnedBy('2', hash));
    await stack.rpc.call('torrent-remove', { ids: [hash] });
    await view.until(({ torrents }) => !(hash in torrents));
    await eventually(async () => assert.deepEqual(await ownersOf(stack), {}));
    await stack.rpc.call('torrent-add', kwargs);
    await view.until(isOwnedBy('', hash));
  });

  test('that the site writes are seen with the next sweep', async () => {
    const [first, second] = [await openClient(1), await openClient(2)];
    const view = await openList(first);
    const window = await openWindow(first, { filter: { owners: ['alice'] } });
    const [given, taken] = [await add(second), await add(second)];
    for (const hash of [given, taken]) await view.until(isOwnedBy('2', hash));
    await giveTorrents(stack, { [given]: 'alice', [taken]: '' });
    await view.until(isOwnedBy('alice', given));
    await view.until(isOwnedBy('', taken));
    await window.until(({ order }) => order[0] === given);
  });

  test('outlive the daemon\'s worker, torrent-ws and a graceful', async () => {
    const adder = await openClient(2);
    const hash = await add(adder);
    await killHard((await workersOf(stack)).daemon);
    const view = await openList(await openClient(1));
    await view.until(isOwnedBy('2', hash));
    await restartHttpd(stack);
    const later = await add(await openClient(2));
    await view.until(isOwnedBy('2', later));
    assert.equal(view.torrents[hash].owner, '2');
    await closeClients();
    await killHard((await stack.status()).pids.event_loop);
    await eventually(async () => {
      const list = await openList(await openClient(1));
      await list.until(isOwnedBy('2', hash));
      await list.until(isOwnedBy('2', later));
    });
  });

  test('are written when the database is not locked any more, and nothing waits for that', async () => {
    const [first, second] = [await openClient(1), await openClient(2)];
    const view = await openList(first);
    const kept = await add(second);
    await view.until(isOwnedBy('2', kept));
    const { daemon } = await workersOf(stack);
    const unlock = await lockDatabase(stack);
    let added;
    try {
      added = await add(second);
      await view.until(isOwnedBy('2', added));
      await second.call('torrent.remove', { ids: [kept] });
      // Polls go on.
      const { 'torrent-added': past } = await stack.rpc.call('torrent-add', another());
      await view.until(isOwnedBy('', past.hashString));
      assert.deepEqual(await ownersOf(stack), { [kept]: '2' });
    } finally {
      await unlock();
    }
    await eventually(async () => assert.deepEqual(await ownersOf(stack), { [added]: '2' }));
    assert.equal((await workersOf(stack)).daemon, daemon, 'the worker has not been taken to hang');
    await killHard(daemon);
    await (await openList(await openClient(1))).until(isOwnedBy('2', added));
  });
});

test('a daemon that starts without its torrents takes them from nobody', async () => {
  const daemon = await TransmissionDaemon.start();
  try {
    stack = await startStack({ backend: daemon.url });
    const client = await openClient(2);
    const view = await openList(client);
    const hash = await add(client);
    await view.until(isOwnedBy('2', hash));
    const [torrents, away] = ['torrents', 'elsewhere'].map((name) => path.join(daemon.folder, name));
    await daemon.end();
    fs.renameSync(torrents, away);
    await daemon.launch();
    await view.until((list) => !(hash in list.torrents));
    await daemon.end();
    fs.rmSync(torrents, { recursive: true });
    fs.renameSync(away, torrents);
    await daemon.launch();
    await view.until((list) => hash in list.torrents);
    assert.equal(view.torrents[hash].owner, '2');
    assert.deepEqual(await ownersOf(stack), { [hash]: '2' });
  } finally {
    await closeClients();
    await stack?.stop([/ TWS0304: /]);
    await daemon.stop();
  }
});

test('without a database nobody owns anything', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-owners-'));
  const passwords = path.join(folder, 'passwords');
  fs.chmodSync(folder, 0o755);
  writePasswords(passwords, { alice: 'secret' });
  try {
    stack = await startStack({ withoutDatabase: true, conf: guardedSockets(passwords) });
    const headers = { Authorization: `Basic ${Buffer.from('alice:secret').toString('base64')}` };
    const client = await WampClient.open(endpoint(stack, 'ws', '/guarded/').url, { headers });
    clients.push(client);
    await client.join();
    const view = await openList(client);
    const hash = await add(client);
    await view.until(({ torrents }) => hash in torrents);
    assert.equal(view.torrents[hash].owner, '');
  } finally {
    await closeClients();
    await stack?.stop();
    fs.rmSync(folder, { recursive: true });
  }
});
