// Windows of the list: what their events add up to is what filtering, sorting and counting the daemon's own list gives.
// WINDOW_SEED: of the random commands; it is printed.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { referenceFields, referenceWindow, wholeList } from '../support/list-reference.mjs';
import { giveTorrents } from '../support/owners.mjs';
import { eventually } from '../support/patience.mjs';
import { killHard, whileStopped, workersOf } from '../support/processes.mjs';
import { seededRandom, seedFrom } from '../support/seeded-random.mjs';
import { forms } from '../support/serializers.mjs';
import { addSmallTorrent, addSmallTorrents } from '../support/small-torrents.mjs';
import { startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { signedInClient, wampError } from '../support/wamp.mjs';
import { WindowView } from '../support/window-view.mjs';

const torrentCount = 200;
const seed = seedFrom('WINDOW_SEED');
const invalidArgument = wampError('wamp.error.invalid_argument');

let stack;
let hashes;
let downloads;
let owners;
before(async () => {
  stack = await startStack();
  downloads = `${stack.root}/downloads`;
  // Without those of the demo nothing changes by itself.
  await stack.rpc.call('torrent-remove', { ids: (await wholeList(stack.rpc)).map(({ hashString }) => hashString) });
  hashes = await addSmallTorrents(stack.rpc, 0, torrentCount, downloads);
  owners = Object.fromEntries(hashes.map((hash, at) => [hash, ['7', '10', ''][at % 3]]).filter(([, owner]) => owner));
  await giveTorrents(stack, owners);
});
after(() => stack?.stop([/ TWS0201: /]));

let clients;
beforeEach(() => {
  clients = [];
});
afterEach(() => Promise.all(clients.map((client) => client.close())));

async function openClient(options) {
  const client = await signedInClient(stack, options);
  clients.push(client);
  return client;
}

const openWindow = async (client, _window, options = {}) =>
  new WindowView(await client.subscribe('torrents.window', { _window, ...options }));

// The view is what the daemon's list gives, and its torrents are as the daemon has them.
async function assertExact(view, spec) {
  await eventually(async () => {
    await view.catchUp();
    const list = await wholeList(stack.rpc, owners);
    const { order, counts } = referenceWindow(list, spec);
    assert.deepEqual(view.order, order);
    assert.deepEqual(view.counts, counts);
    const byHash = new Map(list.map((torrent) => [torrent.hashString, torrent]));
    for (const hash of order) {
      for (const field of spec.fields ?? referenceFields)
        assert.deepEqual(view.torrents[hash][field], byHash.get(hash)[field], `${field} of ${hash}`);
    }
  });
}

const specs = [
  {},
  { sort: [['labels', 'desc'], ['name', 'desc']], offset: 20, limit: 30, fields: ['name', 'labels'] },
  { filter: { labels: ['old', ''], trackers: ['localhost'] }, sort: [['status', 'desc']], limit: 1000 },
  { filter: { search: 'ÄH 1' }, sort: [['name', 'desc']], limit: 10 },
  { filter: { status: ['verifying', 'stopped'], labels: ['rare'] }, offset: 5, limit: 20 },
  { filter: { status: ['downloading', 'problem', 'queued'] } },
  { filter: { owners: ['7', ''], labels: ['old'] }, sort: [['owner', 'desc']], limit: 60, fields: ['owner'] },
]; // prettier-ignore

describe('exactly what the list gives', () => {
  test(`after random commands, in each serializer and format, WINDOW_SEED=${seed}`, async () => {
    const specsOf = [...specs, { filter: { folders: [`${downloads}/films`] }, sort: [['addedDate', 'desc']] }];
    const windows = [];
    for (const [at, spec] of specsOf.entries()) {
      const { serializer, format } = forms[at % forms.length];
      const view = await openWindow(await openClient({ serializer }), spec, { _format: format });
      await view.advance();
      windows.push({ view, spec });
    }
    const commander = await openClient();
    const random = seededRandom(seed);
    const below = (end) => Math.floor(random() * end);
    const some = (list) => list[below(list.length)];
    const commands = [
      () => commander.call('torrent.set', { ids: [some(hashes), some(hashes)], labels: some([[], ['old'], ['rare', 'x']]) }),
      () => commander.call('torrent.start', { ids: [some(hashes)] }),
      () => commander.call('torrent.stop', { ids: [some(hashes), some(hashes)] }),
      () => commander.call('torrent.verify', { ids: [some(hashes)] }),
      async () => {
        const [gone] = hashes.splice(below(hashes.length), 1);
        await commander.call('torrent.remove', { ids: [gone] });
      },
      async () => hashes.push(await addSmallTorrent(stack.rpc, 1000 + below(1e6), downloads)),
    ]; // prettier-ignore
    for (let round = 0; round < 5; round += 1) {
      for (let i = 0; i < 8; i += 1) await some(commands)();
      for (const { view, spec } of windows) await assertExact(view, spec);
    }
    await commander.call('torrent.stop', { ids: hashes });
    for (const { view, spec } of windows) {
      await assertExact(view, spec);
      assert.equal(view.snapshots, 1, 'by deltas alone');
    }
  });

  test('of the procedure, with subscriptions and without', async () => {
    const client = await openClient();
    await eventually(async () => assert.equal((await stack.status()).subscriptions, 0));
    // What the daemon does by itself, as a verification that ends, comes with its next poll.
    const assertGiven = async (spec, format) => {
      const { order, counts } = referenceWindow(await wholeList(stack.rpc, owners), spec);
      const result = await client.call('torrents.window', { ...spec, format });
      assert.deepEqual(result.order, order);
      assert.deepEqual(result.counts, counts);
      assert.equal(result.offset, spec.offset ?? 0);
      assert.equal(result.daemons.main.state, 'up');
      const torrents = format === 'table' ? result.torrents.rows.map(([hash]) => hash) : Object.keys(result.torrents);
      assert.deepEqual(torrents.sort(), [...order].sort());
    };
    for (const spec of specs) {
      for (const format of ['object', 'table']) await eventually(() => assertGiven(spec, format));
    }
    const view = new TorrentView(await client.subscribe('torrents'));
    await view.advance();
    const [first] = hashes;
    await client.call('torrent.set', { ids: [first], labels: ['just now'] });
    const { torrents } = await client.call('torrents.window', { filter: { labels: ['just now'] } });
    assert.deepEqual(Object.keys(torrents), [first], 'what a command did is in it');
    await client.call('torrent.set', { ids: [first], labels: [] });
  });
});

describe('only what is new', () => {
  test('a change elsewhere tells the counts that it changes, and nothing else', async () => {
    const client = await openClient();
    const view = await openWindow(client, { limit: 10 });
    await view.advance();
    const everything = await openWindow(client, { limit: 1000 });
    await everything.advance();
    const outside = everything.order.at(-1);
    await client.call('torrent.set', { ids: [outside], labels: ['elsewhere'] });
    const event = await view.advance();
    assert.deepEqual(event.torrents, {});
    assert.deepEqual(event.removed, []);
    assert.ok(!('order' in event));
    assert.equal(event.counts.labels.elsewhere, 1);
    // No count depends on this one: the next event is that of another change.
    await client.call('torrent.set', { ids: [outside], downloadLimit: 77 });
    await everything.until(({ last }) => last.torrents[outside]?.downloadLimit === 77);
    await client.call('torrent.set', { ids: [outside], labels: [] });
    const next = await view.advance();
    assert.equal(next.counts.labels.elsewhere, 0);
    assert.deepEqual(next.torrents, {});
  });

  test('an idle list tells nothing', async () => {
    const view = await openWindow(await openClient(), {});
    await view.advance();
    // What the commands of the tests before did may still come; then nothing does.
    await eventually(async () => {
      await view.catchUp();
      const { revision } = view;
      const { requests } = (await stack.status()).backends.main;
      // Polls of two requests each.
      await eventually(async () => assert.ok((await stack.status()).backends.main.requests > requests + 6));
      await view.catchUp();
      assert.equal(view.revision, revision);
    });
  });
});

describe('shared', () => {
  test('by sessions that ask for the same in other words', async () => {
    const [one, other] = [await openClient(), await openClient()];
    const first = await one.subscribe('torrents.window', {
      _window: { filter: { labels: ['old', 'new'], search: '' }, sort: [['name', 'asc']] },
    });
    const second = await other.subscribe('torrents.window', {
      _window: { limit: 100, offset: 0, sort: [['name', 'asc']], filter: { labels: ['new', 'old', 'old'] } },
      _format: 'object',
    });
    assert.equal(first.subscription, second.subscription);
    const views = [new WindowView(first), new WindowView(second)];
    for (const view of views) await view.advance();
    assert.deepEqual(views[0].torrents, views[1].torrents);
    const { labels } = views[0].torrents[views[0].order[0]];
    await one.call('torrent.set', { ids: [views[0].order[0]], labels: [...labels, 'shared'] });
    for (const view of views) await view.until(({ torrents, order }) => torrents[order[0]].labels.includes('shared'));
    await one.unsubscribe(first);
    await other.call('torrent.set', { ids: [views[1].order[0]], labels });
    await views[1].until(({ torrents, order }) => !torrents[order[0]].labels.includes('shared'));
    await other.unsubscribe(second);
    await eventually(async () => assert.equal((await stack.status()).subscriptions, 0));
  });
});

describe('refused', () => {
  const wrong = [
    [{ filter: { status: ['busy'] } }, /filter\.status/],
    [{ filter: { label: ['a'] } }, /filter .*label/],
    [{ filter: { search: 1 } }, /filter\.search/],
    [{ sort: [['peers', 'asc']] }, /sort/],
    [{ sort: [['name', 'up']] }, /sort/],
    [{ offset: -1 }, /offset/],
    [{ limit: 1001 }, /limit/],
    [{ limit: '10' }, /limit/],
    [{ fields: ['files'] }, /fields/],
    [{ range: [0, 10] }, /range/],
  ];
  test('what no window can be, by topic and procedure', async () => {
    const client = await openClient();
    for (const [spec, member] of wrong) {
      const isTold = (error) => invalidArgument(error) && member.test(error.message);
      await assert.rejects(client.subscribe('torrents.window', { _window: spec }), isTold);
      await assert.rejects(client.call('torrents.window', spec), isTold);
    }
    await assert.rejects(client.subscribe('torrents.window', { _window: 'all' }), invalidArgument);
    await assert.rejects(client.subscribe('torrents.window', { _format: 'list' }), invalidArgument);
    await assert.rejects(client.subscribe('torrents.window', { _daemon: 'other' }), invalidArgument);
    await assert.rejects(client.call('torrents.window', { format: 'list' }), invalidArgument);
    const view = await openWindow(client, {}, { _daemon: 'main' });
    assert.equal((await view.advance()).order.length, 100);
  });

  test('the ninth of a session', async () => {
    const client = await openClient();
    const windows = [];
    for (let offset = 0; offset < 8; offset += 1)
      windows.push(await client.subscribe('torrents.window', { _window: { offset } }));
    const isTold = (error) => wampError('torrent_ws.error.too_many_subscriptions')(error) && /eight/.test(error.message);
    await assert.rejects(client.subscribe('torrents.window', { _window: { offset: 8 } }), isTold);
    // One that it has already is no new one, and there is room for one when another is gone.
    await client.subscribe('torrents.window', { _window: { offset: 0 } });
    await client.unsubscribe(windows[7]);
    const view = await openWindow(client, { offset: 8 });
    assert.equal((await view.advance()).offset, 8);
    const other = await openWindow(await openClient(), { offset: 0 });
    await other.advance();
  });
});

describe('when a worker fails', () => {
  test('a new one tells the window anew', async () => {
    const spec = specs[2];
    const view = await openWindow(await openClient(), spec);
    await view.advance();
    await killHard((await workersOf(stack)).daemon);
    await view.until(({ snapshots }) => snapshots === 2);
    await assertExact(view, spec);
  });

  test('and while the daemon hangs, the procedure answers out of the list that there is', async () => {
    const client = await openClient();
    const view = await openWindow(client, {});
    await view.advance();
    const session = await client.subscribe('session');
    await whileStopped(stack.pid('transmission'), async () => {
      await session.next(({ daemons }) => daemons.main.state === 'busy');
      const { order, daemons } = await client.call('torrents.window');
      assert.deepEqual(order, view.order);
      assert.equal(daemons.main.state, 'busy');
    });
  });
});
