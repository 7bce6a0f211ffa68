// The processes behind a stack, as /proc shows them.

import assert from 'node:assert/strict';
import fs from 'node:fs';

import { get } from '../../conf/demo/network.mjs';
import { eventually } from './patience.mjs';

// {pid, parent, state, start}, null when there is no such process. With its start it is unique over time:
// a pid alone may come again.
export function identity(pid) {
  try {
    // The command's name, in brackets, may hold blanks; field 22 is the time of the start.
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, parent: Number(fields[1]), state: fields[0], start: fields[19] };
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return null;
    throw error;
  }
}

// A process and all that it started, and what those started.
export function processTree(root) {
  const all = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => identity(Number(pid)))
    .filter(Boolean);
  const tree = all.filter(({ pid }) => pid === root);
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

// A zombie counts as gone: it waits for its parent only.
export function isRunning({ pid, start }) {
  const now = identity(pid);
  return now !== null && now.start === start && now.state !== 'Z';
}

// httpd's children of a stack: the processes that serve requests.
export async function httpdChildren(stack) {
  const parent = stack.pid('httpd');
  const { pids } = await eventually(() => stack.status());
  return processTree(parent).filter((process) => process.parent === parent && process.pid !== pids.event_loop);
}

// torrent-ws of a stack, its workers and the relay processes, in this order.
export async function torrentWsProcesses(stack) {
  const { pids } = await eventually(() => stack.status());
  return [pids.event_loop, ...pids.workers, ...pids.relays].map(identity).filter(Boolean);
}

// Resolves when none of these processes runs any more.
export function haveEnded(processes) {
  return eventually(() => assert.deepEqual(processes.filter(isRunning), []));
}

// Has httpd start a new generation, by SIGUSR1 or SIGHUP; resolves when it says that it goes on.
export async function restartHttpd(stack, signal = 'SIGUSR1') {
  const generations = () => stack.errorLog().match(/AH00489|AH00163|AH00292/g).length;
  const before = generations();
  process.kill(stack.pid('httpd'), signal);
  await eventually(() => assert.ok(generations() > before, 'httpd does not go on'));
}

// What mod_status says, name to value: BusyWorkers, Scoreboard, …
export async function scoreboard(stack) {
  const { body } = await get(new URL('/server-status?auto', stack.httpUrl).href);
  const lines = body.trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(': ')));
}

// Stops processes, one pid or several, for the time of `action`, and gives what that gives. One that ends meanwhile is
// left alone.
export async function whileStopped(pids, action) {
  const all = [pids].flat();
  const stopped = all.map(identity);
  for (const pid of all) process.kill(pid, 'SIGSTOP');
  try {
    return await action();
  } finally {
    for (const { pid } of stopped.filter(isRunning)) process.kill(pid, 'SIGCONT');
  }
}

// Kills a process, and resolves when it is gone.
export async function killHard(pid) {
  const victim = identity(pid);
  process.kill(pid, 'SIGKILL');
  await eventually(() => {
    if (isRunning(victim)) throw new Error(`process ${pid} is still there`);
  });
}

// {pool: [pid, …], daemon: pid} of a stack with one daemon. Its worker is the one with sockets beyond the
// event loop's, those of libcurl.
export async function workersOf(stack) {
  return eventually(async () => {
    const { pids } = await stack.status();
    const isOfDaemon = (pid) => {
      const folder = `/proc/${pid}/fd`;
      const targets = fs.readdirSync(folder).map((name) => fs.readlinkSync(`${folder}/${name}`));
      return targets.filter((target) => target.startsWith('socket:')).length > 1;
    };
    const pool = pids.workers.filter((pid) => !isOfDaemon(pid));
    const [daemon] = pids.workers.filter(isOfDaemon);
    if (daemon === undefined || pool.length < 2) throw new Error(`workers ${pids.workers}, of the daemon: ${daemon}`);
    return { pool, daemon };
  });
}
