// What is killed or stopped during a run, at random but by a seed, and what it excuses.

import { setTimeout as sleep } from 'node:timers/promises';

import { eventually } from '../support/patience.mjs';
import { httpdChildren, identity, isRunning, workersOf } from '../support/processes.mjs';

// Kind → the processes of it, and how often it is chosen. What all need, less often: or nothing gets done.
const kinds = {
  'pool worker': { weight: 3, pids: async (stack) => (await workersOf(stack)).pool },
  'daemon worker': { weight: 3, pids: async (stack) => [(await workersOf(stack)).daemon] },
  'torrent-ws': { weight: 1, pids: async (stack) => [(await stack.status()).pids.event_loop] },
  relay: { weight: 3, pids: async (stack) => (await stack.status()).pids.relays },
  transmission: { weight: 1, pids: async (stack) => [stack.pid('transmission')] },
  'httpd child': { weight: 2, pids: async (stack) => (await httpdChildren(stack)).map(({ pid }) => pid) },
};
const shareOfStops = 0.4;
const longestStop = 3000;

export class Disturbances {
  // {kind, pid, signal, from, to}: times of Date.now(); while it is stopped, `to` is Infinity.
  events = [];
  #stopped = [];

  constructor(stack, random) {
    Object.assign(this, { stack, random });
  }

  // Kills or stops one process. There may be none of the kind at the moment.
  async disturb() {
    const kind = this.#pick(Object.entries(kinds).flatMap(([name, { weight }]) => Array(weight).fill(name)));
    const pids = await kinds[kind].pids(this.stack).catch(() => []);
    const victim = pids.length > 0 ? identity(this.#pick(pids)) : null;
    if (victim === null || !isRunning(victim)) return;
    const signal = this.random() < shareOfStops ? 'SIGSTOP' : 'SIGKILL';
    const event = { kind, pid: victim.pid, signal, from: Date.now(), to: Infinity };
    this.events.push(event);
    signalTo(victim, signal);
    if (signal === 'SIGKILL') event.to = Date.now();
    else this.#stopped.push(this.#continue(victim, event, this.random() * longestStop));
  }

  async #continue(victim, event, milliseconds) {
    await sleep(milliseconds);
    signalTo(victim, 'SIGCONT');
    event.to = Date.now();
  }

  // Resolves when nothing is stopped any more.
  async settle() {
    await Promise.all(this.#stopped);
  }

  // Whether one of these kinds was disturbed in the time from `from`, or less than `after` milliseconds before it.
  excuse(from, after, ...wanted) {
    return this.events.some(({ kind, to }) => wanted.includes(kind) && to + after >= from);
  }

  #pick(list) {
    return list[Math.floor(this.random() * list.length)];
  }
}

function signalTo(victim, signal) {
  if (!isRunning(victim)) return;
  try {
    process.kill(victim.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

// All processes are there again and nothing is under way; resolves with the status.
export function recovered(stack, workers) {
  return eventually(async () => {
    const status = await stack.status();
    const { ws, wss } = status.connections;
    const { queued, running } = status.jobs;
    const found = { ws, wss, queued, running, relays: status.pids.relays.length, workers: status.pids.workers.length };
    const wanted = { ws: 0, wss: 0, queued: 0, running: 0, relays: 0, workers };
    if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`left: ${JSON.stringify(found)}`);
    return status;
  });
}
