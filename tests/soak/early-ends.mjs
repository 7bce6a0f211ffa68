// Children of httpd that are ended while they start: what the module does at a child's end has to work before the
// child has a pool of its own.

import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../conf/demo/network.mjs';
import { startStack } from '../support/stack.mjs';
import { SecondHttpd } from './second-httpd.mjs';

const seconds = 20;
const betweenGracefuls = 400;

function childrenOf(pid) {
  return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

// 1, or 0 when it has gone meanwhile.
function tryToEnd(pid) {
  try {
    process.kill(pid, 'SIGTERM');
    return 1;
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
    return 0;
  }
}

// Ends each child that a graceful restart brings, at once; how many there were.
async function endEarly(httpd) {
  const seen = new Set(childrenOf(httpd.pid));
  const restarts = setInterval(() => process.kill(httpd.pid, 'SIGUSR1'), betweenGracefuls);
  const end = Date.now() + seconds * 1000;
  let ended = 0;
  while (Date.now() < end) {
    const fresh = childrenOf(httpd.pid).filter((pid) => !seen.has(pid));
    for (const pid of fresh) {
      seen.add(pid);
      ended += tryToEnd(pid);
    }
    await sleep(1);
  }
  clearInterval(restarts);
  return ended;
}

export async function soakEarlyEnds(mpm, report) {
  report.section(`children that are ended while they start, ${mpm} MPM`);
  const backend = `http://127.0.0.1:${await freePort()}/transmission/rpc`;
  const stack = await startStack({ mpm, backend });
  try {
    // Not the stack's own, whose error log has to stay clean.
    const httpd = await SecondHttpd.start(stack, 'early');
    let ended;
    try {
      ended = await endEarly(httpd);
    } finally {
      await httpd.stop();
    }
    const log = fs.readFileSync(path.join(httpd.folder, 'logs/error.log'), 'utf8');
    report.figure('ended', ended, '', { atLeast: 10 });
    report.figure('crashed', (log.match(/exit signal (?!Terminated)/g) ?? []).length, '', { atMost: 0 });
  } finally {
    await stack.stop([/ TWS0304: /]);
  }
}
