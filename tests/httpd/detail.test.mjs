// The topics torrents.detail.<key>: what a page that has a torrent open is told of it.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, afterEach, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import { DetailView, detailOf } from '../support/detail-view.mjs';
import { eventually } from '../support/patience.mjs';
import { killHard, whileStopped, workersOf } from '../support/processes.mjs';
import { serializers } from '../support/serializers.mjs';
import { startStack } from '../support/stack.mjs';
import { endpoint, signedInClient, WampClient, wampError } from '../support/wamp.mjs';

const stopped = 0;
const low = -1;
const nobodys = '0'.repeat(40);

let stack;
let client;
let core; // has several files, and takes minutes
let extra; // its torrent file, base64
before(async () => {
  stack = await startStack();
  client = await signedInClient(stack);
  core = await hashOf('ubuntu-core-16');
  extra = fs.readFileSync(stack.extraTorrent).toString('base64');
});
after(() => stack?.stop([/ TWS0201: /, / TWS03\d\d: /]));

async function hashOf(name) {
  const { torrents } = await stack.rpc.call('torrent-get', { fields: ['name', 'hashString'] });
  return torrents.find((torrent) => torrent.name === name).hashString;
}

let pages = [];
async function open(hash, options) {
  const page = await signedInClient(stack, options);
  pages.push(page);
  return DetailView.open(page, hash);
}
afterEach(async () => {
  await Promise.all(pages.map((page) => page.close()));
  pages = [];
  await eventually(async () => assert.equal((await stack.status()).subscriptions, 0));
});

// Takes events until the view is what torrent.get says of the torrent, which has come to rest.
async function untilEqual(view) {
  const { hashString } = view.torrent;
  for (;;) {
    const fields = Object.keys(view.torrent);
    const { torrents } = await client.call('torrent.get', { ids: [hashString], fields });
    if (isDeepStrictEqual(view.torrent, detailOf(torrents[0]))) return;
    await view.advance();
  }
}

test('whoever opens a torrent is told all of it', async () => {
  const { torrent } = await open(core);
  assert.equal(torrent.hashString, core);
  assert.deepEqual(
    torrent.files.map(({ name }) => name).sort(),
    ['core.img', 'core.img.sig', 'doc/README', 'doc/SHA256SUMS'].map((name) => `ubuntu-core-16/${name}`),
  );
  assert.deepEqual(Object.keys(torrent.files[0]).sort(), ['length', 'name']);
  assert.deepEqual(Object.keys(torrent.fileStats), ['0', '1', '2', '3']);
  assert.deepEqual(Object.keys(torrent.fileStats[0]).sort(), ['bytesCompleted', 'priority', 'wanted']);
  const [tracker] = Object.values(torrent.trackerStats);
  assert.match(tracker.announce, /\/announce$/);
  assert.equal(Buffer.from(torrent.pieces, 'base64').length, Math.ceil(torrent.pieceCount / 8));
  for (const field of ['percentDone', 'haveValid', 'secondsDownloading', 'corruptEver', 'rateDownload'])
    assert.equal(typeof torrent[field], 'number', field);
  for (const field of ['priorities', 'wanted', 'trackers', 'torrentFile', 'availability', 'trackerList'])
    assert.ok(!(field in torrent), field);
});

test('in each serializer, snapshot and changes add up to what the daemon has', async () => {
  const views = await Promise.all(Object.keys(serializers).map((serializer) => open(core, { serializer })));
  for (const view of views) {
    const { bytesCompleted } = view.torrent.fileStats[0];
    await view.until(({ fileStats, peers }) => {
      const peer = Object.entries(peers)[0];
      return fileStats[0].bytesCompleted > bytesCompleted && peer?.[0] === `${peer[1].address}:${peer[1].port}`;
    });
  }
  await client.call('torrent.stop', { ids: [core] });
  for (const view of views) {
    await view.until(({ status, peers }) => status === stopped && Object.keys(peers).length === 0);
    await untilEqual(view);
    assert.equal(view.snapshots, 1);
  }
  await client.call('torrent.start', { ids: [core] });
});

describe('what one page changes shows in another', () => {
  test("a file's priority, and whether it is wanted", async () => {
    const view = await open(core);
    await client.call('torrent.set', { ids: [core], 'priority-low': [1], 'files-unwanted': [2] });
    await view.until(({ fileStats }) => fileStats[1].priority === low && !fileStats[2].wanted);
    assert.equal(view.snapshots, 1);
  });

  test('a tracker', async () => {
    const view = await open(core);
    const added = 'http://127.0.0.1:9/announce';
    const trackers = () => Object.entries(view.torrent.trackerStats);
    const find = () => trackers().find(([, { announce }]) => announce === added);
    await client.call('torrent.set', { ids: [core], trackerAdd: [added] });
    await view.until(find);
    await client.call('torrent.set', { ids: [core], trackerRemove: [Number(find()[0])] });
    await view.until(() => !find());
    assert.equal(trackers().length, 1);
  });

  test("a file's name", async () => {
    const view = await open(core);
    const named = (name) => view.torrent.files.some((file) => file.name === name);
    const path = view.torrent.files[1].name;
    await client.call('torrent.rename_path', { ids: [core], path, name: 'renamed' });
    const renamed = path.replace(/[^/]*$/, 'renamed');
    await view.until(() => named(renamed));
    assert.ok(!named(path));
    assert.equal(view.snapshots, 1);
    // Other clients of the daemon's do so, too.
    await stack.rpc.call('torrent-rename-path', { ids: [core], path: renamed, name: 'again' });
    await view.until(() => named(renamed.replace(/[^/]*$/, 'again')));
  });
});

describe('torrents come and go', () => {
  test('one that nobody has is gone, and comes when it is added', async () => {
    const none = await open(nobodys);
    assert.equal(none.torrent, null);

    const added = await client.call('torrent.add', { metainfo: extra, paused: true });
    const { hashString } = added['torrent-added'];
    const view = await open(hashString);
    assert.equal(view.torrent.files.length, 1);
    await client.call('torrent.remove', { ids: [hashString] });
    await view.until((torrent) => torrent === null);
    // For who comes later as well.
    assert.equal((await open(hashString)).torrent, null);
    await client.call('torrent.add', { metainfo: extra, paused: true });
    await view.until((torrent) => torrent !== null);
    assert.equal(view.snapshots, 3);
    // Another client of the daemon's.
    await stack.rpc.call('torrent-remove', { ids: [hashString] });
    await view.until((torrent) => torrent === null);
  });

  test("a magnet link's files come with its metadata", async () => {
    const { torrent } = await open(core);
    const tracker = encodeURIComponent(Object.values(torrent.trackerStats)[0].announce);
    const added = await client.call('torrent.add', { metainfo: extra, paused: true });
    const { hashString } = added['torrent-added'];
    await client.call('torrent.remove', { ids: [hashString] });
    await client.call('torrent.add', { filename: `magnet:?xt=urn:btih:${hashString}&tr=${tracker}`, paused: true });
    const view = await open(hashString);
    assert.deepEqual([view.torrent.files, view.torrent.fileStats], [[], {}]);
    await client.call('torrent.start', { ids: [hashString] });
    await view.until(({ files }) => files.length > 0);
    assert.equal(Object.keys(view.torrent.fileStats).length, 1);
    await client.call('torrent.remove', { ids: [hashString] });
  });
});

describe('who may', () => {
  const topic = `torrents.detail.${nobodys}`;

  test('nobody who has not signed in', async () => {
    const { url, ca } = endpoint(stack);
    const stranger = await WampClient.open(url, { ca });
    await stranger.join();
    await assert.rejects(stranger.subscribe(topic), wampError('wamp.error.not_authorized'));
    pages.push(stranger);
    const events = await stranger.subscribe(topic, { _user_id: '1', _token: await stack.token() });
    assert.equal((await events.next()).gone, true);
  });

  test('only for what is a key', async () => {
    for (const key of ['x', nobodys.slice(1), `${nobodys}0`, `main.${nobodys}`, nobodys.replace('0', 'G'), `a.b.${core}`])
      await assert.rejects(client.subscribe(`torrents.detail.${key}`), wampError('wamp.error.invalid_argument'), key);
  });

  test('neither publishes to them nor has them by a pattern', async () => {
    await assert.rejects(client.publish(topic), wampError('wamp.error.not_authorized'));
    for (const [pattern, match] of [['torrents.detail.', 'prefix'], ['torrents.detail.', 'wildcard']])
      await assert.rejects(client.subscribe(pattern, { match }), wampError('wamp.error.not_authorized'));
  });
});

describe('when something hangs or dies', () => {
  test('what was told last stays for those who come, in each serializer', async () => {
    const view = await open(core);
    await whileStopped(stack.pid('transmission'), async () => {
      for (const serializer of Object.keys(serializers)) {
        const { torrent } = await open(core, { serializer });
        assert.deepEqual(torrent.files, view.torrent.files);
      }
    });
    const { secondsDownloading } = view.torrent;
    await view.until((torrent) => torrent.secondsDownloading > secondsDownloading);
  });

  test("the daemon's next worker goes on", async () => {
    const views = await Promise.all(['json', 'cbor'].map((serializer) => open(core, { serializer })));
    await killHard((await workersOf(stack)).daemon);
    for (const view of views) {
      const { snapshots } = view;
      while (view.snapshots === snapshots) await view.advance();
      const { secondsDownloading } = view.torrent;
      await view.until((torrent) => torrent.secondsDownloading > secondsDownloading);
    }
  });
});
