// Torrents by the hundred, of which a daemon has nothing and gets nothing: for lists that are long.

import { createHash } from 'node:crypto';

const folders = ['films', 'music', 'books'];
const words = ['Älpen', 'Beta', 'Ähre', 'delta', 'Émile'];
const labels = [[], ['old'], ['new'], ['old', 'rare']];
// Nobody listens there.
const trackers = ['http://127.0.0.1:1/announce', 'http://localhost:1/announce?key=1'];

const text = (value) => `${Buffer.byteLength(value)}:${value}`;

// A .torrent file in base64 of one file that is nowhere.
function metainfoOf(name, tracker) {
  const pieces = createHash('sha1').update(name).digest('latin1');
  const head = Buffer.from(`d8:announce${text(tracker)}4:infod6:lengthi16384e4:name${text(name)}12:piece lengthi16384e6:pieces20:`);
  return Buffer.concat([head, Buffer.from(pieces, 'latin1'), Buffer.from('ee')]).toString('base64');
}

// Adds one, stopped; `at` says which one it is. rpc: a TransmissionRpc. Gives its hash.
export async function addSmallTorrent(rpc, at, downloads) {
  const of = (list) => list[at % list.length];
  const metainfo = metainfoOf(`${of(words)} ${Math.floor(at / words.length)}`, of(trackers));
  const added = await rpc.call('torrent-add', { metainfo, paused: true, 'download-dir': `${downloads}/${of(folders)}` });
  const { hashString } = added['torrent-added'];
  if (of(labels).length > 0) await rpc.call('torrent-set', { ids: [hashString], labels: of(labels) });
  return hashString;
}
