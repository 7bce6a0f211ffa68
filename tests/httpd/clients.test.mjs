// The clients that sites use, over ws and wss and with each serializer: sign-in, the topics, and commands that every
// page sees.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { endpoint, signedInClient, wampError } from '../support/wamp.mjs';
import { libraries } from '../support/wamp-libraries.mjs';

const stopped = 0;
const extra = 'edubuntu-14.04.5-dvd-amd64.iso';
const magnetHash = '0123456789abcdef0123456789abcdef01234567';

const hashes = ({ torrents }) => Object.keys(torrents).sort();

let stack;
let watcher; // another page of the same user
let view;
before(async () => {
  stack = await startStack();
  watcher = await signedInClient(stack);
  view = new TorrentView(await watcher.subscribe('torrents'));
  await view.until(({ torrents }) => Object.keys(torrents).length > 0);
});
after(() => stack?.stop());

const ways = [
  ['ws', 'json'],
  ['wss', 'json'],
  ['ws', 'msgpack'],
  ['wss', 'cbor'],
];
for (const [library, connect] of Object.entries(libraries)) {
  for (const [scheme, serializer] of ways) {
    describe(`${library} over ${scheme}, ${serializer}`, () => {
      let client;
      before(async () => {
        client = await connect({
          ...endpoint(stack, scheme),
          serializer,
          realm: 'torrents',
          userId: 1,
          token: await stack.token(),
        });
      });
      after(() => client.close());

      test('is welcomed as the user whose token it gave', () => {
        const { authid, authmethod, realm, roles } = client.details;
        assert.deepEqual({ authid, authmethod, realm }, { authid: '1', authmethod: 'ticket', realm: 'torrents' });
        assert.ok(roles.broker && roles.dealer);
      });

      test('gets a snapshot first, and then what changes', async () => {
        const { torrents } = await stack.rpc.call('torrent-get', { fields: ['hashString', 'name', 'totalSize'] });
        const events = await client.subscribe('torrents');
        const list = new TorrentView({ next: async () => (await events.next()).kwargs });
        const first = await list.advance();
        assert.equal(first.snapshot, true);
        assert.equal(Number.isInteger(first.revision), true);
        // What changed since that snapshot was made follows it.
        await list.until(() => Object.keys(list.torrents).length === torrents.length);
        for (const { hashString, name, totalSize } of torrents) {
          const shown = list.torrents[hashString];
          assert.deepEqual(
            { name: shown.name, totalSize: shown.totalSize, daemon: shown.daemon },
            { name, totalSize, daemon: 'main' },
          );
        }

        const isDelta = ({ snapshot, torrents: changed }) => !snapshot && Object.keys(changed).length > 0;
        for (let seen = 0; seen < 3;) {
          const known = structuredClone(list.torrents);
          const event = await list.advance();
          if (!isDelta(event)) continue;
          seen += 1;
          for (const [hash, fields] of Object.entries(event.torrents)) {
            for (const [name, value] of Object.entries(fields)) {
              assert.notDeepEqual(value, known[hash][name], `${name} of ${hash} did not change`);
            }
          }
        }
      });

      test('stops and starts a torrent, and another page sees it', async () => {
        const { hashString, status } = view.named('ubuntu-core-16');
        assert.notEqual(status, stopped);
        assert.deepEqual((await client.call('torrent.stop', { ids: [hashString] })).kwargs, {});
        await view.until(({ torrents }) => torrents[hashString].status === stopped);
        assert.deepEqual((await client.call('torrent.start', { ids: [hashString] })).kwargs, {});
        await view.until(({ torrents }) => torrents[hashString].status !== stopped);
      });

      test('adds a torrent of its metainfo, and removes it with its files', async () => {
        const metainfo = fs.readFileSync(stack.extraTorrent, 'base64');
        const { kwargs } = await client.call('torrent.add', { metainfo, paused: true });
        const { hashString, id, name } = kwargs['torrent-added'];
        assert.equal(name, extra);
        assert.equal(Number.isInteger(id), true);
        await view.until(({ torrents }) => torrents[hashString]?.status === stopped);
        assert.equal(view.torrents[hashString].name, extra);

        const again = await client.call('torrent.add', { metainfo });
        assert.equal(again.kwargs['torrent-duplicate'].hashString, hashString);

        await client.call('torrent.remove', { ids: [hashString], 'delete-local-data': true });
        await view.until(({ torrents }) => !torrents[hashString]);
        const { torrents } = await stack.rpc.call('torrent-get', { fields: ['hashString'] });
        assert.ok(!torrents.some((torrent) => torrent.hashString === hashString));
      });

      test('adds a magnet link', async () => {
        const filename = `magnet:?xt=urn:btih:${magnetHash}&dn=magnet`;
        const { kwargs } = await client.call('torrent.add', { filename, paused: true });
        assert.equal(kwargs['torrent-added'].hashString, magnetHash);
        await view.until(({ torrents }) => torrents[magnetHash]);
        await client.call('torrent.remove', { ids: [magnetHash] });
        await view.until(({ torrents }) => !torrents[magnetHash]);
      });

      test('gets errors that say what is wrong', async () => {
        await assert.rejects(client.call('torrent.stop', {}), wampError('wamp.error.invalid_argument'));
        await assert.rejects(client.call('torrent.stop', { ids: [1] }), wampError('wamp.error.invalid_argument'));
        await assert.rejects(client.call('torrent.vanish', {}), wampError('wamp.error.no_such_procedure'));
        await assert.rejects(
          client.register('torrent.stop', () => ({})),
          wampError('wamp.error.not_authorized'),
        );
        await assert.rejects(client.publish('torrents', {}), wampError('wamp.error.not_authorized'));
      });
    });
  }
}

test('the list comes as a table to who asks for it', async () => {
  const client = await signedInClient(stack);
  const events = await client.subscribe('torrents', { _format: 'table' });
  const list = new TorrentView({
    next: async () => {
      const event = await events.next();
      assert.deepEqual(Object.keys(event.torrents), ['fields', 'rows']);
      return event;
    },
  });
  const { torrents } = await list.advance();
  const [fields] = Object.values(torrents);
  // What changed since that snapshot was made follows it.
  await list.until(() => hashes(list).join() === hashes(view).join());
  for (const [hash, { name }] of Object.entries(view.torrents)) assert.equal(list.torrents[hash].name, name);
  const delta = await list.advance();
  for (const changed of Object.values(delta.torrents)) {
    assert.ok(Object.keys(changed).length < Object.keys(fields).length);
  }
  await client.close();
});

test('a format that does not exist is refused', async () => {
  const client = await signedInClient(stack);
  await assert.rejects(client.subscribe('torrents', { _format: 'prose' }), wampError('wamp.error.invalid_argument'));
  await client.close();
});

test('the topic session shows the daemon', async () => {
  const client = await signedInClient(stack);
  const events = await client.subscribe('session');
  const { torrentCount } = await stack.rpc.call('session-stats');
  const { daemons } = await events.next(({ daemons: { main } }) => main.stats?.torrentCount === torrentCount);
  assert.equal(daemons.main.state, 'up');
  assert.ok(daemons.main.since <= Date.now() / 1000);
  const { version } = await stack.rpc.call('session-get', { fields: ['version'] });
  assert.equal(daemons.main.settings.version, version);

  await client.call('session.set', { 'speed-limit-up': 321 });
  await events.next(({ daemons: { main } }) => main.settings['speed-limit-up'] === 321);
  await client.close();
});

test('who unsubscribes gets no more', async () => {
  const client = await signedInClient(stack);
  const events = await client.subscribe('torrents');
  await events.next();
  await client.unsubscribe(events);
  const left = events.length;
  const { revision } = view;
  while (view.revision === revision) await view.advance();
  await client.call('session.stats');
  assert.equal(events.length, left);
  await assert.rejects(client.unsubscribe(events), wampError('wamp.error.no_such_subscription'));
  await client.close();
});

test('a repeated subscription is the same one', async () => {
  const client = await signedInClient(stack);
  const events = await client.subscribe('torrents');
  assert.equal((await client.subscribe('torrents')).subscription, events.subscription);
  await client.close();
});

test('torrents.snapshot and torrents.since give the events to a client that asks for them', async () => {
  const client = await signedInClient(stack);
  const apply = (answer) => new TorrentView({ next: async () => answer.events.shift() });
  const snapshot = await client.call('torrents.snapshot');
  assert.equal(snapshot.daemons.main.state, 'up');
  assert.equal(snapshot.events[0].snapshot, true);
  const { revision } = snapshot.events.at(-1);
  const list = apply(snapshot);
  while (snapshot.events.length > 0) await list.advance();
  assert.deepEqual(hashes(list), hashes(view));

  await view.until((seen) => seen.revision > revision);
  const since = await client.call('torrents.since', { revision });
  assert.ok(since.events.length > 0);
  assert.ok(since.events.every((event) => event.snapshot || event.revision > revision));
  assert.equal((await client.call('torrents.since', { revision: 0 })).events[0].snapshot, true);
  await assert.rejects(client.call('torrents.since', {}), wampError('wamp.error.invalid_argument'));
  await client.close();
});

test('one poll serves all pages', async () => {
  const clients = await Promise.all(Array.from({ length: 20 }, () => signedInClient(stack)));
  const queues = await Promise.all(clients.map((client) => client.subscribe('torrents')));
  const { events } = await clients[0].call('torrents.since', { revision: 0 });
  let { revision } = events.at(-1);
  const nextForAll = async () => {
    const received = await Promise.all(queues.map((queue) => queue.next((event) => event.revision > revision)));
    for (const event of received) assert.deepEqual(event, received[0]);
    ({ revision } = received[0]);
  };
  await nextForAll();
  const { requests } = (await stack.status()).backends.main;
  const begin = Date.now();
  for (let changes = 0; changes < 4; changes += 1) await nextForAll();
  const seconds = (Date.now() - begin) / 1000;
  const asked = (await stack.status()).backends.main.requests - requests;
  // A poll is two requests, one each second; now and then it reads the settings as well.
  assert.ok(asked > 0 && asked <= 2 * (seconds + 1) + 2, `${asked} requests in ${seconds} s`);
  await Promise.all(clients.map((client) => client.close()));
});
