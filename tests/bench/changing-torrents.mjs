// A hundred torrents that change all the time: loaded from a peer in another process (conf/demo/seeder.py), slowly enough
// to last.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { makeTorrent } from '../support/metainfo.mjs';
import { eventually } from '../support/patience.mjs';

const seeder = fileURLToPath(new URL('../../conf/demo/seeder.py', import.meta.url));
const megabyte = 2 ** 20;

export class ChangingTorrents {
  #peer;

  // rate: bytes per second of each. prefix: what their names begin with.
  static async start(daemon, { count = 100, rate = 20_000, prefix = 'changing' } = {}) {
    const folder = path.join(daemon.folder, 'peer');
    const torrents = Array.from({ length: count }, (_, at) =>
      makeTorrent({ name: `${prefix}-${at}.iso`, length: 64 * megabyte + at * 1000 }),
    );
    const settings = {
      peer_port: daemon.peerPort,
      torrents: torrents.map(({ name, bytes, createFiles }) => {
        createFiles(folder);
        fs.writeFileSync(path.join(folder, `${name}.torrent`), bytes);
        return { file: path.join(folder, `${name}.torrent`), folder, rate, seed: true };
      }),
    };
    fs.writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(settings));
    await daemon.add(torrents, { paused: false });
    const changing = new ChangingTorrents();
    changing.hashes = torrents.map(({ hash }) => hash);
    changing.#peer = spawn('setpriv', ['--pdeathsig', 'KILL', '--', seeder, path.join(folder, 'settings.json')], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    // All are loaded before anything is measured.
    await eventually(async () => {
      const { torrents: loaded } = await daemon.rpc.call('torrent-get', {
        ids: changing.hashes,
        fields: ['rateDownload'],
      });
      const still = loaded.filter(({ rateDownload }) => rateDownload === 0).length;
      if (still > count / 10) throw new Error(`${still} of ${count} torrents are not loaded`);
    });
    return changing;
  }

  async stop(daemon) {
    const gone = once(this.#peer, 'exit');
    this.#peer.kill('SIGKILL');
    await gone;
    await daemon.rpc.call('torrent-stop', { ids: this.hashes });
  }
}
