// One vocabulary, that of transmission-daemon 3.00, whichever release the daemon is: the main path with each.
//
// 3.00 is Debian's package. The others run where the environment names their programs, else they are skipped:
//   TRANSMISSION_40  a transmission-daemon of 4.0, whose RPC has new fields and arguments
//   TRANSMISSION_41  one of 4.1 or newer, which speaks JSON-RPC 2.0 with names in snake_case
// Both must be such that httpd's user can execute them.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { makeTorrent } from '../support/metainfo.mjs';
import { eventually } from '../support/patience.mjs';
import { startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { TransmissionDaemon } from '../support/transmission-daemon.mjs';
import { signedInClient, wampError } from '../support/wamp.mjs';

const releases = [
  { release: '3.00', knows40: false, knows41: false },
  { release: '4.0', variable: 'TRANSMISSION_40', knows40: true, knows41: false },
  { release: '4.1', variable: 'TRANSMISSION_41', knows40: true, knows41: true },
].map((each) => ({ ...each, daemon: process.env[each.variable] }));

const skipped = ({ release, variable, daemon }) =>
  variable !== undefined && !daemon && `${variable} names no transmission-daemon of ${release}`;

const notSupported = (error) => wampError('torrent_ws.error.not_supported')(error);
const core = 'ubuntu-core-16';
const stopped = 0;

// Values that do not change while nothing happens, in each release the same.
const steadyFields = [
  'hashString', 'id', 'name', 'labels', 'downloadDir', 'totalSize', 'isPrivate', 'addedDate', 'queuePosition', 'peer-limit',
  'bandwidthPriority', 'downloadLimit', 'downloadLimited', 'uploadLimit', 'uploadLimited', 'honorsSessionLimits',
  'seedRatioLimit', 'seedRatioMode', 'seedIdleLimit', 'seedIdleMode', 'sizeWhenDone',
];
const liveFields = [
  'status', 'error', 'rateDownload', 'rateUpload', 'percentDone', 'leftUntilDone', 'uploadedEver', 'downloadedEver',
  'uploadRatio', 'eta', 'peersConnected', 'peersSendingToUs', 'peersGettingFromUs', 'recheckProgress',
  'metadataPercentComplete', 'isStalled', 'isFinished', 'activityDate', 'doneDate', 'errorString', 'trackers',
];
const detailFields = [
  'comment', 'corruptEver', 'creator', 'dateCreated', 'desiredAvailable', 'editDate', 'etaIdle', 'files', 'fileStats',
  'haveUnchecked', 'haveValid', 'magnetLink', 'manualAnnounceTime', 'maxConnectedPeers', 'peers', 'peersFrom', 'pieces',
  'pieceCount', 'pieceSize', 'priorities', 'secondsDownloading', 'secondsSeeding', 'startDate', 'trackerStats', 'wanted',
  'webseeds', 'webseedsSendingToUs',
];
const fields40 = ['availability', 'file-count', 'group', 'percentComplete', 'primary-mime-type', 'source', 'trackerList'];
const fields41 = ['bytesCompleted', 'sequentialDownload', 'sequentialDownloadFromPiece'];

const isLegacyName = (name) => !name.includes('_');

for (const each of releases) {
  const { release, daemon, knows40, knows41 } = each;
  describe(`transmission-daemon ${release}`, { skip: skipped(each) }, () => {
    let stack;
    let client;
    let view; // of another page
    let session;
    let torrentCount;
    before(async () => {
      stack = await startStack({ daemon });
      client = await signedInClient(stack);
      const page = await signedInClient(stack);
      ({ torrentCount } = await stack.rpc.call('session-stats'));
      view = new TorrentView(await page.subscribe('torrents'));
      session = await page.subscribe('session');
      await view.until(({ torrents }) => Object.keys(torrents).length === torrentCount);
    });
    after(() => stack?.stop());

    const hashOf = (name) => view.named(name).hashString;

    // Sets it for the torrent of several files, and waits until another page shows it.
    async function assertSets(values) {
      const hash = hashOf(core);
      await client.call('torrent.set', { ids: [hash], ...values });
      const shown = () => Object.fromEntries(Object.keys(values).map((name) => [name, view.torrents[hash][name]]));
      await view.until(() => JSON.stringify(shown()) === JSON.stringify(values));
    }

    test('is the release that the test is for', async () => {
      const { version } = await client.call('session.get', { fields: ['version'] });
      assert.ok(version.startsWith(release), version);
    });

    for (const format of ['object', 'table']) {
      test(`the list has the daemon's values, as ${format}`, async () => {
        const list = new TorrentView(await client.subscribe('torrents', { _format: format }));
        await list.until(({ torrents }) => Object.keys(torrents).length === torrentCount);
        const { torrents } = await stack.rpc.call('torrent-get', { fields: steadyFields });
        for (const torrent of torrents) {
          const shown = list.torrents[torrent.hashString];
          for (const field of steadyFields) assert.deepEqual(shown[field], torrent[field], field);
          assert.deepEqual(Object.keys(shown).sort(), ['daemon', 'owner', ...steadyFields, ...liveFields].sort());
          assert.equal(typeof shown.status, 'number');
          assert.equal(typeof shown.isStalled, 'boolean');
          assert.match(shown.trackers[0].announce, /^http:/);
        }
      });
    }

    test('what transfers comes as deltas', async () => {
      const { torrents } = view;
      const before = Object.fromEntries(Object.entries(torrents).map(([hash, { downloadedEver }]) => [hash, downloadedEver]));
      await view.until(() => Object.entries(view.torrents).some(([hash, now]) => now.downloadedEver > before[hash]));
    });

    test('what another client of the daemon does comes as a delta', async () => {
      const hash = hashOf('kubuntu-16.10-desktop-amd64.iso');
      await stack.rpc.call('torrent-stop', { ids: [hash] });
      await view.until(({ torrents }) => torrents[hash].status === stopped);
    });

    test('a label change shows', () => assertSets({ labels: ['one', 'two'] }));

    let added;
    test('add: the torrent has its labels from the first event on', async () => {
      const metainfo = fs.readFileSync(stack.extraTorrent, 'base64');
      const result = await client.call('torrent.add', { metainfo, paused: true, labels: ['a', 'b'] });
      assert.deepEqual(Object.keys(result), ['torrent-added']);
      assert.deepEqual(Object.keys(result['torrent-added']).sort(), ['hashString', 'id', 'name']);
      added = result['torrent-added'].hashString;
      let first;
      while (first === undefined) ({ torrents: { [added]: first } } = await view.advance());
      assert.deepEqual(first.labels, ['a', 'b']);
    });

    test('add: one that is there is told as a duplicate, and stays as it is', async () => {
      const metainfo = fs.readFileSync(stack.extraTorrent, 'base64');
      const result = await client.call('torrent.add', { metainfo, paused: true, labels: ['c'] });
      assert.equal(result['torrent-duplicate'].hashString, added);
      const { torrents } = await client.call('torrent.get', { ids: [added], fields: ['labels'] });
      assert.deepEqual(torrents, [{ labels: ['a', 'b'] }]);
    });

    test('add: what is no torrent is refused in the words of the daemon', async () => {
      await assert.rejects(client.call('torrent.add', { metainfo: 'ZDQ6aW5mb2RlZQ==' }), (error) => {
        assert.equal(error.uri, 'torrent_ws.error.daemon_refused');
        return /torrent|info/.test(error.args[0]);
      });
    });

    test('set', async () => {
      await assertSets({ bandwidthPriority: 1, 'peer-limit': 7, honorsSessionLimits: false });
      await assertSets({ downloadLimit: 100, downloadLimited: true, uploadLimit: 50, uploadLimited: true });
      await assertSets({ seedRatioLimit: 1.5, seedRatioMode: 1, seedIdleLimit: 30, seedIdleMode: 2 });
      const ids = [hashOf(core)];
      await client.call('torrent.set', { ids, 'files-unwanted': [1, 3], 'priority-high': [0], 'priority-low': [2] });
      const { torrents } = await client.call('torrent.get', { ids, fields: ['wanted', 'priorities', 'fileStats'] });
      assert.deepEqual(torrents[0].wanted, [1, 0, 1, 0]);
      assert.deepEqual(torrents[0].priorities, [1, 0, -1, 0]);
      assert.deepEqual(torrents[0].fileStats.map(({ wanted }) => wanted), [true, false, true, false]);
    });

    test('set: all trackers as one list', async () => {
      const ids = [hashOf(core)];
      const [own] = view.torrents[ids[0]].trackers.map(({ announce }) => announce);
      const announces = () => view.torrents[ids[0]].trackers.map(({ announce }) => announce);
      for (const urls of [
        [own, 'http://127.0.0.1:9/a', 'udp://127.0.0.1:9/b'],
        ['http://127.0.0.1:9/c', 'udp://127.0.0.1:9/b'],
        [own],
        [],
        [own],
      ]) {
        await client.call('torrent.set', { ids, trackerList: urls.join('\n\n'), labels: urls });
        await view.until(() => announces().sort().join() === [...urls].sort().join());
        assert.deepEqual(view.torrents[ids[0]].labels, urls);
      }
    });

    test('what came with 4.0 is refused before', async () => {
      const ids = [hashOf(core)];
      const calls = [
        () => client.call('torrent.set', { ids, group: 'slow' }),
        () => client.call('session.set', { 'default-trackers': 'http://127.0.0.1:9/announce\n' }),
        () => client.call('group.set', { name: 'slow', 'speed-limit-down': 20, 'speed-limit-down-enabled': true }),
        () => client.call('torrent.get', { ids, fields: ['group'] }),
      ];
      for (const call of calls) await (knows40 ? call() : assert.rejects(call(), notSupported));
      if (!knows40) return;
      const { torrents } = await client.call('torrent.get', { ids, fields: fields40 });
      assert.deepEqual(Object.keys(torrents[0]).sort(), [...fields40].sort());
      assert.equal(torrents[0].group, 'slow');
      assert.equal(torrents[0]['file-count'], 4);
      const settings = await stack.rpc.call('session-get', { fields: ['default-trackers'] });
      assert.match(settings['default-trackers'], /announce/);
      // They may have passkeys in them.
      assert.equal('default-trackers' in (await client.call('session.get')), false);
    });

    test('what came with 4.1 is refused before', async () => {
      const ids = [hashOf(core)];
      const calls = [
        () => client.call('torrent.set', { ids, sequentialDownload: true, sequentialDownloadFromPiece: 1 }),
        () => client.call('session.set', { reqq: 500, 'sequential-download': false, 'preferred-transports': ['tcp'] }),
        () => client.call('torrent.get', { ids, fields: ['sequentialDownload'] }),
      ];
      for (const call of calls) await (knows41 ? call() : assert.rejects(call(), notSupported));
      if (!knows41) return;
      const { torrents } = await client.call('torrent.get', { ids, fields: fields41 });
      assert.equal(torrents[0].sequentialDownload, true);
      assert.equal(torrents[0].sequentialDownloadFromPiece, 1);
      assert.equal(torrents[0].bytesCompleted.length, 4);
      const settings = await client.call('session.get', { fields: ['reqq', 'preferred-transports'] });
      assert.deepEqual(settings, { reqq: 500, 'preferred-transports': ['tcp'] });
    });

    test('details', async () => {
      const { torrents } = await client.call('torrent.get', { ids: [hashOf(core)], fields: detailFields });
      assert.deepEqual(Object.keys(torrents[0]).sort(), [...detailFields].sort());
      const { files, fileStats, trackerStats, peersFrom, wanted } = torrents[0];
      assert.deepEqual(files.map(({ name }) => path.basename(name)), ['core.img', 'core.img.sig', 'README', 'SHA256SUMS']);
      for (const members of [files[0], fileStats[0], trackerStats[0], peersFrom]) {
        assert.deepEqual(Object.keys(members).filter((name) => !isLegacyName(name)), []);
      }
      assert.equal(typeof files[0].bytesCompleted, 'number');
      assert.equal(typeof fileStats[0].wanted, 'boolean');
      assert.equal(typeof trackerStats[0].lastAnnounceResult, 'string');
      assert.equal(typeof peersFrom.fromTracker, 'number');
      assert.ok(wanted.every((value) => value === 0 || value === 1));
      const [downloading] = Object.values(view.torrents).filter(({ peersConnected }) => peersConnected > 0);
      const { torrents: [{ peers }] } = await client.call('torrent.get', { ids: [downloading.hashString], fields: ['peers'] });
      assert.deepEqual(Object.keys(peers[0]).filter((name) => !isLegacyName(name)), []);
      assert.equal(typeof peers[0].isUTP, 'boolean');
    });

    test("the session's settings and figures", async () => {
      await client.call('session.set', { 'speed-limit-up': 123, 'cache-size-mb': 5, encryption: 'tolerated' });
      const settings = await client.call('session.get');
      assert.deepEqual(Object.keys(settings).filter((name) => !isLegacyName(name)), []);
      assert.equal(settings['speed-limit-up'], 123);
      assert.equal(settings['cache-size-mb'], 5);
      assert.equal(settings.encryption, 'tolerated');
      assert.equal(settings.units['speed-bytes'], 1000);
      assert.equal(settings['download-dir'], `${stack.root}/downloads`);
      for (const secret of ['config-dir', 'session-id', 'blocklist-url']) assert.equal(settings[secret], undefined);
      assert.ok(Object.keys(settings).every((name) => !name.startsWith('script')));
      await session.next(({ daemons: { main } }) => main.settings?.['speed-limit-up'] === 123);

      const figures = await client.call('session.stats');
      assert.equal(figures.torrentCount, torrentCount + 1);
      assert.equal(typeof figures['current-stats'].secondsActive, 'number');
      await client.call('session.set', { encryption: 'preferred' });
      const { encryption } = await client.call('session.get', { fields: ['encryption'] });
      assert.equal(encryption, 'preferred');
    });

    test('group.get', async () => {
      if (!knows40) {
        await assert.rejects(client.call('group.get'), notSupported);
        return;
      }
      await client.call('group.set', { name: 'fast', 'speed-limit-up': 4000, honorsSessionLimits: true });
      const { group: all } = await client.call('group.get');
      assert.deepEqual(all.map(({ name }) => name).sort(), ['fast', 'slow']);
      const { group: [one, ...others] } = await client.call('group.get', { group: 'slow' });
      assert.deepEqual(others, []);
      assert.deepEqual(Object.keys(one).sort(), [
        'honorsSessionLimits', 'name', 'speed-limit-down', 'speed-limit-down-enabled', 'speed-limit-up', 'speed-limit-up-enabled',
      ]);
      assert.equal(one['speed-limit-down'], 20);
    });

    test('free_space, queue_top, rename_path, set_location', async () => {
      const space = await client.call('free_space', { path: `${stack.root}/downloads` });
      assert.equal(space.path, `${stack.root}/downloads`);
      assert.ok(space['size-bytes'] > 0);
      await client.call('torrent.queue_top', { ids: [added] });
      await view.until(({ torrents }) => torrents[added].queuePosition === 0);
      const renamed = await client.call('torrent.rename_path', { ids: [added], path: view.torrents[added].name, name: 'new' });
      assert.equal(renamed.name, 'new');
      await view.until(({ torrents }) => torrents[added].name === 'new');
      const location = `${stack.root}/downloads/other`;
      await client.call('torrent.set_location', { ids: [added], location, move: false });
      await view.until(({ torrents }) => torrents[added].downloadDir === location);
    });

    test('stop, start, verify, reannounce', async () => {
      const ids = [hashOf('ubuntu-16.04.1-desktop-amd64.iso')];
      await client.call('torrent.stop', { ids });
      await view.until(({ torrents }) => torrents[ids[0]].status === stopped);
      await client.call('torrent.start', { ids });
      await view.until(({ torrents }) => torrents[ids[0]].status !== stopped);
      for (const name of ['reannounce', 'verify', 'start_now']) await client.call(`torrent.${name}`, { ids });
    });

    test('remove', async () => {
      await client.call('torrent.remove', { ids: [added], 'delete-local-data': true });
      await view.until(({ torrents }) => !torrents[added]);
    });
  });
}

describe('a daemon that is replaced by another release while we run', () => {
  const [old, ...newer] = releases;
  const next = newer.reverse().find((each) => !skipped(each));
  test('is spoken to in its own dialect at once', { skip: !next && 'there is one release alone' }, async () => {
    const programOf = ({ daemon: program = 'transmission-daemon' }) => program;
    const daemon = await TransmissionDaemon.start({}, (first) => (first.program = programOf(old)));
    const stack = await startStack({ backend: daemon.url });
    try {
      const client = await signedInClient(stack);
      const view = new TorrentView(await client.subscribe('torrents'));
      const { hash, bytes } = makeTorrent({ name: 'a', length: 10_000 });
      const metainfo = bytes.toString('base64');
      await client.call('torrent.add', { metainfo, labels: ['old'], paused: true });
      await view.until(({ torrents }) => torrents[hash]?.labels[0] === 'old');
      for (const each of [next, old]) {
        await daemon.end();
        daemon.program = programOf(each);
        await daemon.launch();
        await view.until(({ daemons }) => daemons.main?.state === 'up');
        await eventually(async () => {
          const { version } = await client.call('session.get', { fields: ['version'] });
          assert.ok(version.startsWith(each.release), version);
          // It answers before it has loaded its torrents.
          const { torrents } = await client.call('torrent.get', { ids: [hash], fields: ['name'] });
          assert.equal(torrents.length, 1);
        });
        await client.call('torrent.set', { ids: [hash], labels: [each.release] });
        await view.until(({ torrents }) => torrents[hash]?.labels[0] === each.release);
        assert.equal(view.torrents[hash].name, 'a');
      }
      await client.close();
    } finally {
      await stack.stop([/ TWS03\d\d: /]);
      await daemon.stop();
    }
  });
});
