// One program that the demo runs in the foreground: its output, its restarts, its end.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const graceMilliseconds = 10_000;
const restartMilliseconds = 1_000;

export function log(name, text) {
  process.stdout.write(`${name.padEnd(12)} | ${text}\n`);
}

export class Program {
  #child;
  #exited;
  #stopping = false;

  // command: with its arguments. user: whom it runs as, null for our own user. restart: start it again
  // when it dies; without it `onDeath` is told. environment: all that the program gets.
  // pidFile: is kept up to date over restarts.
  constructor({ name, command, user = null, restart = false, environment, pidFile, onDeath }) {
    Object.assign(this, { name, command, user, restart, environment, pidFile, onDeath });
  }

  start() {
    // A session of its own keeps the terminal's Ctrl-C from it, and what it sends to its process group
    // from us. The signal at our death leaves nothing behind even when we are killed.
    const wrapper = ['setpriv', '--pdeathsig', 'TERM'];
    if (this.user) wrapper.push('--reuid', this.user, '--regid', this.user, '--clear-groups');
    const [file, ...args] = [...wrapper, '--', ...this.command];
    this.#child = spawn(file, args, {
      cwd: path.dirname(this.pidFile),
      detached: true,
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    fs.writeFileSync(this.pidFile, `${this.#child.pid}\n`);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      readline.createInterface({ input: stream }).on('line', (line) => log(this.name, line));
    }
    this.#exited = once(this.#child, 'exit').then(([status, signal]) => this.#ended(status, signal));
  }

  async #ended(status, signal) {
    if (this.#stopping) return;
    log(this.name, `ended: ${signal ?? `status ${status}`}`);
    if (!this.restart) {
      this.onDeath?.();
      return;
    }
    this.#signalGroup('SIGKILL');
    await sleep(restartMilliseconds, undefined, { ref: false });
    if (!this.#stopping) this.start();
  }

  // Resolves when the program is gone, with all that it started in its process group.
  async stop() {
    this.#stopping = true;
    if (!this.#hasExited()) {
      this.#child.kill('SIGTERM');
      if (!(await this.#within(graceMilliseconds, () => this.#hasExited()))) {
        log(this.name, 'does not stop: killed');
        this.#signalGroup('SIGKILL');
        await this.#exited;
      }
    }
    if (!(await this.#within(graceMilliseconds, () => !this.#signalGroup(0)))) {
      log(this.name, 'left processes behind: killed');
      this.#signalGroup('SIGKILL');
    }
  }

  #hasExited() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #within(milliseconds, condition) {
    const deadline = Date.now() + milliseconds;
    while (!condition()) {
      if (Date.now() > deadline) return false;
      await sleep(20);
    }
    return true;
  }

  // Whether there was a process to signal.
  #signalGroup(signal) {
    try {
      process.kill(-this.#child.pid, signal);
      return true;
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
      return false;
    }
  }
}
