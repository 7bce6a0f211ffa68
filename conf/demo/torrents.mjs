// The demo's torrents: generated files, their metainfo, and the states in which the daemon shows them.

import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual, promisify } from 'node:util';

const run = promisify(execFile);
const megabyte = 1024 * 1024;

// Values of the daemon's field `status`.
const stopped = 0;
const seeding = 6;

// size: MiB. rate: kB/s at which the hidden peer gives or takes it. state: what the daemon has of it:
// nothing yet, everything (`complete`), or a complete torrent whose file is gone (`lost`).
const shown = [
  { name: 'ubuntu-16.10-desktop-amd64.iso', size: 200, rate: 900, labels: ['ubuntu', 'desktop'] },
  { name: 'ubuntu-16.10-server-amd64.iso', size: 120, rate: 500, labels: ['ubuntu', 'server'] },
  { name: 'ubuntu-16.04.1-desktop-amd64.iso', size: 160, rate: 1500 },
  { name: 'ubuntu-core-16', files: ['core.img', 'core.img.sig', 'doc/README', 'doc/SHA256SUMS'], size: 60, rate: 300 },
  { name: 'xubuntu-16.10-desktop-amd64.iso', size: 90, rate: 800, paused: true },
  { name: 'kubuntu-16.10-desktop-amd64.iso', size: 150, rate: 200, state: 'complete', labels: ['seeding'] },
  { name: 'lubuntu-16.10-desktop-i386.iso', size: 40, rate: 200, state: 'lost' },
];

// Not loaded by the daemon, but seeded as well: a torrent to add by hand or in a test.
const extra = { name: 'edubuntu-14.04.5-dvd-amd64.iso', size: 64, rate: 1000 };

// Sparse files: they cost neither time nor disk space. Of several, each has half the size of the one before.
async function generate(folder, { name, files, size }) {
  for (const [index, file] of (files ?? ['']).entries()) {
    const target = path.join(folder, name, file);
    await fs.mkdir(path.dirname(target), { recursive: true });
    await fs.writeFile(target, '');
    await fs.truncate(target, (size * megabyte) / 2 ** (files ? index + 1 : 0));
  }
}

const metainfo = (home, { name }) => path.join(home.torrents, `${name}.torrent`);

// Makes all files; writes extra.torrent, what the tracker may track and what the hidden peer gives.
export async function makeTorrents(home, { trackerPort, peerPort }) {
  const tracker = `http://127.0.0.1:${trackerPort}/announce`;
  const torrents = [...shown, extra];
  const hashes = [];
  await Promise.all(
    torrents.map(async (torrent) => {
      await generate(home.content, torrent);
      await run('transmission-create', [
        '--tracker', tracker, '--outfile', metainfo(home, torrent), path.join(home.content, torrent.name),
      ]);
      await fs.chmod(metainfo(home, torrent), 0o644);
      const { stdout } = await run('transmission-show', [metainfo(home, torrent)]);
      hashes.push(/^\s*Hash: (\w+)$/m.exec(stdout)[1]);
      if (torrent.state) await generate(home.downloads, torrent);
    }),
  );
  home.giveToPrograms(home.downloads);
  await fs.writeFile(home.trackerWhitelist, `${hashes.join('\n')}\n`);
  await fs.copyFile(metainfo(home, extra), path.join(home.root, 'extra.torrent'));

  const peer = {
    peer_port: peerPort,
    torrents: torrents.map((torrent) => ({
      file: metainfo(home, torrent),
      folder: torrent.state ? home.leeched : home.content,
      rate: torrent.rate * 1000,
      seed: !torrent.state,
    })),
  };
  await fs.writeFile(home.seederSettings, JSON.stringify(peer, null, 2));
}

// Gives the daemon its torrents, each in its state.
export async function loadTorrents(home, rpc) {
  for (const torrent of shown) {
    const added = await rpc.call('torrent-add', { filename: metainfo(home, torrent), paused: torrent.paused ?? false });
    const ids = [added['torrent-added'].hashString];
    if (torrent.labels) await rpc.call('torrent-set', { ids, labels: torrent.labels });
    // It checks files that are there already, and would not start what is still checked at its restart.
    if (torrent.state) await reach(rpc, ids, { percentDone: 1, status: seeding });
    if (torrent.state === 'lost') await loseFiles(home, rpc, ids, torrent);
  }
}

async function reach(rpc, ids, expected) {
  const state = async () => {
    const { torrents } = await rpc.call('torrent-get', { ids, fields: ['percentDone', 'status'] });
    return torrents[0];
  };
  while (!isDeepStrictEqual(await state(), expected)) await sleep(100);
}

// The daemon notices the loss when it starts the torrent, provided that it knew it to be complete.
async function loseFiles(home, rpc, ids, { name }) {
  await rpc.call('torrent-stop', { ids });
  await reach(rpc, ids, { percentDone: 1, status: stopped });
  await fs.rm(path.join(home.downloads, name));
  await rpc.call('torrent-start', { ids });
}
