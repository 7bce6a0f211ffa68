// A transmission-daemon of a test's own, without the demo's torrents. TRANSMISSION_DAEMON: another program than the
// installed one.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../conf/demo/network.mjs';
import { TransmissionRpc, writeSettings } from '../../conf/demo/transmission.mjs';
import { build } from './stack.mjs';

export class TransmissionDaemon {
  #child;
  // What the next launch runs.
  program = process.env.TRANSMISSION_DAEMON || 'transmission-daemon';

  // settings: further ones of settings.json. prepare: gets the daemon before it is launched, to write into its folder.
  static async start(settings = {}, prepare = () => {}) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-daemon-'));
    const daemon = new TransmissionDaemon(folder, await freePort(), await freePort());
    writeSettings(folder, { rpcPort: daemon.rpcPort, peerPort: daemon.peerPort, downloads: daemon.downloads });
    const file = path.join(folder, 'settings.json');
    fs.writeFileSync(file, JSON.stringify({ ...JSON.parse(fs.readFileSync(file)), ...settings }));
    prepare(daemon);
    await daemon.launch();
    return daemon;
  }

  constructor(folder, rpcPort, peerPort) {
    Object.assign(this, { folder, rpcPort, peerPort });
    this.downloads = path.join(folder, 'downloads');
    this.url = `http://127.0.0.1:${rpcPort}/transmission/rpc`;
    this.rpc = new TransmissionRpc(this.url);
  }

  get pid() {
    return this.#child.pid;
  }

  // Starts it, again too; resolves when it answers.
  async launch() {
    const command = [this.program, '--foreground', '--log-error', '--config-dir', this.folder];
    this.#child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', ...command], {
      stdio: 'ignore',
      // Debian's package may be installed, or only unpacked.
      env: { ...process.env, HOME: this.folder, PATH: `${process.env.PATH}:${path.join(build, 'packages/usr/bin')}` },
    });
    // With many torrents this takes a while.
    for (let answers = false; !answers;) {
      assert.ok(this.#runs(), `${this.program} has ended`);
      answers = await this.rpc.call('session-get').then(
        () => true,
        () => sleep(50),
      );
    }
  }

  // Resolves when the process is gone; what it has is kept for another launch.
  async end(signal = 'SIGTERM') {
    if (!this.#runs()) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGCONT');
    this.#child.kill(signal);
    await gone;
  }

  async stop() {
    await this.end();
    fs.rmSync(this.folder, { recursive: true });
  }

  // Adds torrents of metainfo.mjs; `added` are further arguments of torrent-add.
  async add(torrents, added = {}) {
    for (const { bytes } of torrents)
      await this.rpc.call('torrent-add', { metainfo: bytes.toString('base64'), ...added });
  }

  #runs() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }
}
