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

// Whether the condition comes true in the time that a program has for its end.
async function withinGrace(condition) {
  const deadline = Date.now() + graceMilliseconds;
  while (!condition()) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

// Negative numbers are process groups. What has ended meanwhile needs nothing.
function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

// The running processes that inherited this line of their environment, NAME=value, wherever they hang.
function processesWith(line) {
  return fs.readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && fs.readFileSync(`/proc/${name}/environ`, 'utf8').split('\0').includes(line);
    } catch {
      return false; // it has ended, or is another user's
    }
  }).map(Number);
}

// Resolves when no process has this line in its environment any more.
export async function awaitEnd(line) {
  if (await withinGrace(() => processesWith(line).length === 0)) return;
  for (const pid of processesWith(line)) {
    log('demo', `process ${pid} was left behind: killed`);
    kill(pid);
  }
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
    kill(-this.#child.pid);
    await sleep(restartMilliseconds, undefined, { ref: false });
    if (!this.#stopping) this.start();
  }

  // Ends the program properly and starts it anew.
  async cycle() {
    await this.stop();
    this.#stopping = false;
    this.start();
  }

  // Resolves when the program is gone.
  async stop() {
    this.#stopping = true;
    if (this.#hasExited()) return;
    this.#child.kill('SIGTERM');
    if (await withinGrace(() => this.#hasExited())) return;
    log(this.name, 'does not stop: killed');
    kill(-this.#child.pid);
    await this.#exited;
  }

  #hasExited() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
