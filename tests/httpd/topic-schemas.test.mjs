// Windows, details and commands as real events tell them are what their JSON Schemas say, and a window's schema takes what
// the server does.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, afterEach, before, describe, test } from 'node:test';

import { CommandsView } from '../support/commands-view.mjs';
import { DetailView } from '../support/detail-view.mjs';
import { killHard } from '../support/processes.mjs';
import { argumentFaults, assertEvent, assertResult, checked, faultsOf } from '../support/schemas.mjs';
import { startStack } from '../support/stack.mjs';
import { inObjects } from '../support/torrent-view.mjs';
import { signedInClient, wampError } from '../support/wamp.mjs';
import { WindowView } from '../support/window-view.mjs';

const serializers = ['json', 'cbor', 'msgpack'];
const formats = ['object', 'table'];
const refused = wampError('wamp.error.invalid_argument');
const outcomeUnknown = wampError('torrent_ws.error.outcome_unknown');
const nobodys = '0'.repeat(40);

const stopped = 0;
const low = -1;

let stack;
let client;
let extra; // a torrent file, base64
before(async () => {
  stack = await startStack();
  client = await signedInClient(stack);
  extra = fs.readFileSync(stack.extraTorrent, 'base64');
});
after(async () => {
  await client?.close();
  await stack?.stop([/ TWS03\d\d: /]);
});

let pages = [];
async function openPage(options) {
  const page = await signedInClient(stack, options);
  pages.push(page);
  return page;
}
afterEach(async () => {
  await Promise.all(pages.map((page) => page.close()));
  pages = [];
});

const until = (views, condition) => Promise.all(views.map((view) => view.until(condition)));
const begin = (views) => Promise.all(views.map((view) => view.advance()));

const addExtra = async () =>
  (await client.call('torrent.add', { metainfo: extra, paused: true }))['torrent-added'].hashString;

describe('a window, in each form,', () => {
  const few = { filter: { labels: ['one'] }, sort: [['progress', 'desc'], ['name', 'asc']], limit: 10, fields: ['name', 'labels'] }; // prettier-ignore

  test('as events tell it', async () => {
    const open = async (page, options) => {
      assert.deepEqual(faultsOf('window.json#/$defs/options', options), []);
      return new WindowView(checked('window', await page.subscribe('torrents.window', options)));
    };
    const ofAll = [];
    const ofFew = [];
    for (const serializer of serializers) {
      for (const _format of formats) {
        const page = await openPage({ serializer });
        ofAll.push(await open(page, { _format }));
        ofFew.push(await open(page, { _window: few, _format, _daemon: 'main' }));
      }
    }
    for (const { torrents } of await begin(ofAll)) {
      assert.ok(Object.keys(torrents).length > 0);
      for (const torrent of Object.values(torrents))
        assert.deepEqual(faultsOf('torrent.json#/$defs/whole', torrent), []);
    }
    for (const { torrents } of await begin(ofFew)) assert.deepEqual(torrents, {});

    const added = await addExtra();
    await until(ofAll, ({ order }) => order.includes(added));
    const comes = async () => {
      await client.call('torrent.set', { ids: [added], labels: ['one', 'zwei ü'] });
      await until(ofAll, ({ torrents, counts }) => torrents[added].labels.length === 2 && counts.labels.one === 1);
      await until(ofFew, ({ order }) => order.length === 1);
    };
    await comes();
    for (const { torrents } of ofFew)
      assert.deepEqual(Object.keys(torrents[added]).sort(), ['daemon', 'labels', 'name']);
    await client.call('torrent.set', { ids: [added], labels: [] });
    await until(ofFew, ({ order }) => order.length === 0);
    await comes();
    await client.call('torrent.remove', { ids: [added] });
    await until(ofFew, ({ order }) => order.length === 0);
    await until(ofAll, ({ order, counts }) => !order.includes(added) && !counts.labels.one);
    for (const view of ofAll) await view.until(({ session }) => session.downloadSpeed > 0);
    for (const { snapshots } of [...ofAll, ...ofFew]) assert.equal(snapshots, 1, 'all else are changes');
  });

  test('as the procedure gives it', async () => {
    const added = await addExtra();
    await client.call('torrent.set', { ids: [added], labels: ['one'] });
    for (const serializer of serializers) {
      const page = await openPage({ serializer });
      for (const spec of [{}, few]) {
        for (const how of [{}, { format: 'object' }, { format: 'table', daemon: 'main' }]) {
          const kwargs = { ...spec, ...how };
          assert.deepEqual(argumentFaults('torrents.window', kwargs), []);
          const result = await page.call('torrents.window', kwargs);
          assertResult('torrents.window', result);
          const { torrents } = inObjects(result);
          assert.deepEqual(Object.keys(torrents).sort(), [...result.order].sort());
          assert.ok(added in torrents);
        }
      }
    }
    await client.call('torrent.remove', { ids: [added] });
  });
});

describe('a window that the schema takes the server does, and no other:', () => {
  const many = (count, value) => Array.from({ length: count }, () => value);
  const right = [
    {},
    { filter: {} },
    { filter: { status: [] } },
    { filter: { status: ['all', 'downloading', 'seeding', 'active', 'stopped', 'queued', 'verifying', 'problem'] } },
    { filter: { labels: ['', 'one', 'one'], trackers: ['localhost'], folders: ['/'], owners: ['7', ''] } },
    { filter: { labels: many(1000, 'one') } },
    { filter: { search: '' } },
    { filter: { search: 'a'.repeat(1000) } },
    { sort: [] },
    { sort: [['activity', 'asc'], ['progress', 'desc'], ['peer-limit', 'asc']] },
    { sort: many(8, ['name', 'asc']) },
    { offset: 0 },
    { offset: 2 ** 31 - 1 },
    { limit: 1 },
    { limit: 1000 },
    { fields: ['trackers'] },
    { fields: many(1000, 'name') },
  ]; // prettier-ignore
  const wrong = [
    { range: [0, 10] },
    { filter: null },
    { filter: [] },
    { filter: { label: ['one'] } },
    { filter: { status: ['busy'] } },
    { filter: { status: 'all' } },
    { filter: { labels: [1] } },
    { filter: { folders: many(1001, 'one') } },
    { filter: { owners: [7] } },
    { filter: { trackers: { 0: 'localhost' } } },
    { filter: { search: ['one'] } },
    { filter: { search: 'a'.repeat(1001) } },
    { sort: 'name' },
    { sort: ['name', 'asc'] },
    { sort: [['name']] },
    { sort: [['name', 'up']] },
    { sort: [['name', 'asc', 'desc']] },
    { sort: [['trackers', 'asc']] },
    { sort: [['daemon', 'asc']] },
    { sort: many(9, ['name', 'asc']) },
    { offset: -1 },
    { offset: 0.5 },
    { offset: '0' },
    { offset: 2 ** 31 },
    { limit: 0 },
    { limit: 1001 },
    { limit: 1.5 },
    { limit: true },
    { limit: null },
    { fields: [] },
    { fields: ['files'] },
    { fields: 'name' },
    { fields: many(1001, 'name') },
  ];
  const shown = (value) => JSON.stringify(value).slice(0, 100);

  for (const [specs, isRight] of [[right, true], [wrong, false]]) { // prettier-ignore
    for (const spec of specs) {
      test(`${isRight ? 'right' : 'wrong'} is ${shown(spec)}`, async () => {
        const takes = async (given) => {
          if (isRight) return given;
          return assert.rejects(given, refused);
        };
        assert.equal(faultsOf('window.json#/$defs/options', { _window: spec }).length === 0, isRight);
        assert.equal(argumentFaults('torrents.window', spec).length === 0, isRight);
        const page = await openPage();
        await takes(page.subscribe('torrents.window', { _window: spec }));
        await takes(page.call('torrents.window', spec));
      });
    }
  }

  test('and so with the options beside it', async () => {
    const page = await openPage();
    for (const options of [{ _window: 'all' }, { _window: { format: 'table' } }, { _format: 'list' }, { _format: 1 }, { _daemon: 1 }]) {
      assert.notDeepEqual(faultsOf('window.json#/$defs/options', options), [], shown(options));
      await assert.rejects(page.subscribe('torrents.window', options), refused, shown(options));
    } // prettier-ignore
    for (const kwargs of [{ format: 'list' }, { format: null }, { daemon: 1 }, { _window: {} }]) {
      assert.notDeepEqual(argumentFaults('torrents.window', kwargs), [], shown(kwargs));
      await assert.rejects(page.call('torrents.window', kwargs), refused, shown(kwargs));
    }
  });
});

describe('details, in each serializer,', () => {
  const open = (hash) =>
    Promise.all(
      serializers.map(async (serializer) => {
        const page = await openPage({ serializer });
        return new DetailView(checked('detail', await page.subscribe(`torrents.detail.${hash}`)));
      }),
    );

  test('of a torrent that transfers, is changed and goes', async () => {
    const { torrents } = await stack.rpc.call('torrent-get', { fields: ['hashString', 'name'] });
    const ids = [torrents.find(({ name }) => name === 'ubuntu-core-16').hashString];
    const views = await open(ids[0]);
    await begin(views);
    const { bytesCompleted } = views[0].torrent.fileStats[0];
    await until(
      views,
      ({ fileStats, peers }) => fileStats[0].bytesCompleted > bytesCompleted && Object.keys(peers).length > 0,
    );
    const { files, trackerStats } = views[0].torrent;
    const path = files[1].name;
    const [[first]] = Object.entries(trackerStats);
    await client.call('torrent.set', { ids, 'priority-low': [1], 'files-unwanted': [2], trackerAdd: ['http://127.0.0.1:9/announce'] }); // prettier-ignore
    await until(views, ({ fileStats, trackerStats: now }) => fileStats[1].priority === low && Object.keys(now).length === 2);
    const [added] = Object.keys(views[0].torrent.trackerStats).filter((id) => id !== first);
    await client.call('torrent.set', { ids, trackerRemove: [Number(added)] });
    await client.call('torrent.rename_path', { ids, path, name: 'renamed' });
    await until(views, (torrent) => torrent.files[1].name !== path && Object.keys(torrent.trackerStats).length === 1);
    await client.call('torrent.stop', { ids });
    await until(views, ({ status, peers }) => status === stopped && Object.keys(peers).length === 0);
    for (const { snapshots } of views) assert.equal(snapshots, 1, 'all else are changes');
    await client.call('torrent.remove', { ids });
    await until(views, (torrent) => torrent === null);
  });

  test('of a magnet link without metadata, and of none', async () => {
    await client.call('torrent.add', { filename: `magnet:?xt=urn:btih:${nobodys}`, paused: true });
    const views = await open(nobodys);
    await begin(views);
    for (const { torrent } of views) assert.deepEqual(torrent.files, []);
    await client.call('torrent.remove', { ids: [nobodys] });
    await until(views, (torrent) => torrent === null);
    const later = await open(nobodys);
    await begin(later);
    for (const { torrent } of later) assert.equal(torrent, null);
  });
});

describe('commands, in each serializer,', () => {
  const open = () =>
    Promise.all(
      serializers.map(async (serializer) => {
        const page = await openPage({ serializer, userId: 2 });
        const view = new CommandsView(checked('commands', await page.subscribe('torrents.commands')));
        await view.advance();
        return view;
      }),
    );
  const untilStates = (views, ...states) => Promise.all(views.map((view) => view.until(...states)));
  const untilList = (views, condition) =>
    Promise.all(
      views.map(async (view) => {
        while (!condition(view.list)) await view.advance();
      }),
    );

  test('that are done, refused, pending and unknown, also after a reload', async () => {
    const views = await open();
    const commander = await openPage({ userId: 2 });
    const { torrents } = await stack.rpc.call('torrent-get', { fields: ['hashString'] });
    const ids = [torrents[0].hashString];
    await commander.call('torrent.set', { ids: [ids[0].toUpperCase()], labels: ['one'] });
    await untilStates(views, 'done');
    const nowhere = { ids, path: 'nowhere', name: 'elsewhere' };
    await assert.rejects(commander.call('torrent.rename_path', nowhere), wampError('torrent_ws.error.daemon_refused'));
    await assert.rejects(commander.call('torrent.start', { ids: ['nobody', 1] }), refused);
    await untilStates(views, 'done', 'failed', 'failed');

    // What is sent to a daemon that ends without an answer.
    const pid = stack.pid('transmission');
    process.kill(pid, 'SIGSTOP');
    const { result, progress } = commander.callWithProgress('torrent.set', { ids, labels: [] });
    const end = assert.rejects(result, outcomeUnknown);
    await progress.next(({ reason }) => /^sent/.test(reason));
    await untilList(views, (list) => list.at(-1).state === 'pending' && list.at(-1).message);
    for (const { commands } of await open()) assert.deepEqual(commands, views[0].commands);
    await killHard(pid);
    await end;
    await untilStates(views, 'done', 'failed', 'failed', 'unknown');
    const reloaded = await open();
    for (const { commands } of reloaded) assert.deepEqual(commands, views[0].commands);
  });

  test('of which the first make room for more', async () => {
    const views = await open();
    const commander = await openPage({ userId: 2 });
    const room = 500;
    for (let left = room; left > 0; left -= 100)
      await Promise.all(
        Array.from({ length: 100 }, () => assert.rejects(commander.call('torrent.start', { ids: [] }), refused)),
      );
    await untilList(views, (list) => list.length === room && list.every(({ count }) => count === 0));
  });
});

describe('the schemas refuse', () => {
  const command = { procedure: 'torrent.start', daemon: 'main', ids: [nobodys], count: 1, state: 'done', since: 1.5, ended: 2.5 }; // prettier-ignore
  const counts = { total: 1, matching: 1, status: { all: 1 }, labels: { '': 1 }, trackers: {}, folders: { '/': 1 }, owners: { '': 1 } }; // prettier-ignore
  const right = {
    commands: { snapshot: true, commands: { 1: command }, removed: [] },
    window: { revision: 1, snapshot: true, torrents: { [nobodys]: { daemon: 'main', status: 4 } }, removed: [], session: {}, order: [nobodys], offset: 0, counts },
    detail: { revision: 1, snapshot: false, peers: { '127.0.0.1:1': { rateToClient: 1 } } },
  }; // prettier-ignore
  const commandWith = (change) => ({ commands: { 1: { ...command, ...change } } });
  const wrong = {
    commands: {
      'a state that there is not': commandWith({ state: 'begun' }),
      'a pending one that has ended': commandWith({ state: 'pending' }),
      'a failed one without an error': commandWith({ state: 'failed' }),
      'a failed one of which it is not known': commandWith({ state: 'failed', error: 'torrent_ws.error.outcome_unknown' }),
      'an unknown member': commandWith({ result: {} }),
      'a call that only reads': commandWith({ procedure: 'torrent.get' }),
      'what was removed, in a snapshot': { removed: ['1'] },
    },
    window: {
      'a snapshot without an order': { order: undefined, offset: undefined },
      'an order without an offset': { snapshot: false, offset: undefined },
      'counts of what nobody has, in a snapshot': { counts: { ...counts, labels: { one: 0 } } },
      'a snapshot without some of the counts': { counts: { ...counts, folders: undefined } },
      'an unknown facet': { counts: { ...counts, sizes: {} } },
      "a torrent that is not whole, in a snapshot": { torrents: { [nobodys]: { status: 4 } } },
      'an unknown field': { torrents: { [nobodys]: { daemon: 'main', colour: 'red' } } },
      'the state of daemons': { daemons: { main: { state: 'up', since: 1 } } },
    },
    detail: {
      'changes without any': { peers: undefined },
      'a snapshot that is not whole': { snapshot: true },
      'a torrent that is gone, and changes': { gone: true },
      'what is told otherwise': { wanted: [1] },
      'trackers, which are told otherwise': { trackers: [] },
      'an address without a port': { peers: { '127.0.0.1': { rateToClient: 1 } } },
      'an unknown member of a peer': { peers: { '127.0.0.1:1': { country: 'de' } } },
      'a file that is no number': { fileStats: { name: { wanted: true } } },
    },
  }; // prettier-ignore
  for (const [topic, event] of Object.entries(right)) {
    test(`nothing of a right ${topic}`, () => assertEvent(topic, event));
    for (const [what, change] of Object.entries(wrong[topic])) {
      // Through JSON, which leaves out what is undefined.
      const changed = JSON.parse(JSON.stringify({ ...event, ...change }));
      test(`${topic}: ${what}`, () => assert.throws(() => assertEvent(topic, changed), /is not as/));
    }
  }
});
