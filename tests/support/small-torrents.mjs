// Torrents by the hundred, of which a daemon has nothing and gets nothing: for lists that are long.

import assert from 'node:assert/strict';

import { wholeList } from './list-reference.mjs';
import { makeTorrent } from './metainfo.mjs';
import { eventually } from './patience.mjs';

const folders = ['films', 'music', 'books'];
const words = ['Älpen', 'Beta', 'Ähre', 'delta', 'Émile'];
const labels = [[], ['old'], ['new'], ['old', 'rare']];
// Nobody listens there.
const trackers = ['http://127.0.0.1:1/announce', 'http://localhost:1/announce?key=1'];
const length = 16_384;

// Adds one, stopped; `at` says which one it is. rpc: a TransmissionRpc. Gives its hash.
export async function addSmallTorrent(rpc, at, downloads) {
  const of = (list) => list[at % list.length];
  const name = `${of(words)} ${Math.floor(at / words.length)}`;
  const { bytes } = makeTorrent({ name, length, announce: of(trackers), pieceLength: length, hashed: false });
  const metainfo = bytes.toString('base64');
  const added = await rpc.call('torrent-add', { metainfo, paused: true, 'download-dir': `${downloads}/${of(folders)}` });
  const { hashString } = added['torrent-added'];
  if (of(labels).length > 0) await rpc.call('torrent-set', { ids: [hashString], labels: of(labels) });
  return hashString;
}

// Adds `count` of them, and waits until nothing in the daemon's list does anything. Gives their hashes.
export async function addSmallTorrents(rpc, from, count, downloads) {
  const hashes = [];
  for (let at = from; at < from + count; at += 1) hashes.push(await addSmallTorrent(rpc, at, downloads));
  // The daemon verifies each torrent that is added, some in a second, and forgets meanwhile that it is to be stopped.
  for (let busy = Infinity; busy > 0;) {
    busy = await eventually(async () => {
      const now = (await wholeList(rpc)).filter(({ status }) => status !== 0).length;
      assert.ok(now < busy);
      return now;
    });
  }
  return hashes;
}
