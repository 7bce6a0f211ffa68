// Flood, another web client of transmission-daemon, from npm: put into the build folder, as no other part needs it.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { freePort } from '../../conf/demo/network.mjs';
import { eventually } from '../support/patience.mjs';
import { build } from '../support/stack.mjs';

// The newest that runs on Debian's Node.js.
const version = '4.11.0';
const folder = path.join(build, 'bench/flood');
const program = path.join(folder, 'node_modules/flood/dist/index.js');

// Rejects where it cannot be had.
async function install() {
  if (fs.existsSync(program)) return;
  const options = ['--no-audit', '--no-fund', '--ignore-scripts'];
  await promisify(execFile)('npm', ['install', '--prefix', folder, `flood@${version}`, ...options]);
}

export class Flood {
  #child;
  #folder;

  // daemon: of transmission-daemon.mjs.
  static async start(daemon) {
    await install();
    const flood = new Flood();
    const port = await freePort();
    flood.url = `http://127.0.0.1:${port}/`;
    flood.#folder = fs.mkdtempSync(path.join(folder, 'run-'));
    // It wants a name and a password, and the daemon asks for none.
    const client = [`--trurl=${daemon.url}`, '--truser=any', '--trpass=any'];
    const server = ['--auth=none', '--host=127.0.0.1', `--port=${port}`, `--rundir=${flood.#folder}`];
    const command = [process.execPath, program, ...client, ...server];
    flood.#child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...command], { stdio: 'ignore' });
    try {
      await eventually(async () => {
        if (!(await fetch(flood.url)).ok) throw new Error('Flood does not serve');
      });
    } catch (error) {
      await flood.stop();
      throw error;
    }
    return flood;
  }

  async stop() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await gone;
    }
    fs.rmSync(this.#folder, { recursive: true });
  }
}
