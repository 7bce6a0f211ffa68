// Many torrents for a real daemon, as somebody would have them after some years: written down as the daemon writes them,
// so that it has them all when it starts.

import fs from 'node:fs';
import path from 'node:path';

import { bencode, makeTorrent } from '../support/metainfo.mjs';
import { seededRandom } from '../support/seeded-random.mjs';

const megabyte = 2 ** 20;
const pieceLength = 8 * megabyte;
const day = 86_400;
const words =
  'debian ubuntu fedora opensuse archlinux linuxmint slackware gentoo kali tails live desktop server netinst cinnamon gnome plasma amd64 arm64 i386 dvd cd beta daily weekly lts stable testing'.split(
    ' ',
  );
const labels = ['linux', 'iso', 'archive', 'music', 'films', 'books', 'keep', 'shared'];
// Nobody answers there; what is stopped does not ask.
const trackers = ['alpha', 'bravo', 'charlie', 'delta', 'echo'].map(
  (name, at) => `https://${name}.tracker.invalid/${String(at + 1).repeat(32)}/announce`,
);

// Writes `count` stopped torrents to a daemon's folder: nine of ten complete, with dates, ratios, labels, and one of five
// trackers. now: Unix seconds.
export function writeLibrary({ folder, downloads }, count, now) {
  const random = seededRandom(count);
  const integer = (limit) => Math.floor(random() * limit);
  const pick = (list) => list[integer(list.length)];
  for (const part of ['torrents', 'resume', 'downloads']) fs.mkdirSync(path.join(folder, part), { recursive: true });
  for (let at = 0; at < count; at += 1) {
    const name = `${[pick(words), pick(words), pick(words)].join('-')}-${2004 + integer(22)}.${integer(100)}-${at}.iso`;
    const torrent = makeTorrent({
      name,
      length: (50 + integer(4000)) * megabyte + integer(megabyte),
      announce: pick(trackers),
      pieceLength,
      hashed: false,
    });
    const isComplete = random() < 0.9;
    if (isComplete) torrent.createFiles(downloads);
    const added = now - integer(1000 * day);
    const done = isComplete ? added + integer(day) : 0;
    const resume = {
      'activity-date': isComplete ? done + integer(now - done) : 0,
      'added-date': added,
      'done-date': done,
      destination: downloads,
      downloaded: isComplete ? torrent.length + integer(megabyte) : 0,
      uploaded: isComplete ? Math.floor(torrent.length * random() * 4) : 0,
      labels: labels.filter(() => random() < 0.15),
      paused: 1,
      progress: { blocks: isComplete ? 'all' : 'none', 'time-checked': [now] },
    };
    fs.writeFileSync(path.join(folder, 'torrents', `${torrent.hash}.torrent`), torrent.bytes);
    fs.writeFileSync(path.join(folder, 'resume', `${torrent.hash}.resume`), bencode(resume));
  }
}
