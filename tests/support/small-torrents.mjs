// Torrents by the hundred, of which a daemon has nothing and gets nothing: for lists that are long.

import { makeTorrent } from './metainfo.mjs';

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
