// The stacks that are measured: no daemon behind them, so that nothing but httpd and the module works.

import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../conf/demo/network.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { startTunnel } from './tunnel.mjs';

// What is expected in the error log: that there is no daemon, that all children there may be are there, and that
// many take a while to leave on a busy machine.
const allowed = [/ TWS0304: /, / AH10159: /, / AH00161: /, / AH00045: /];

// As Debian's packages configure them.
const debian = {
  event: 'StartServers 2\nMinSpareThreads 25\nMaxSpareThreads 75\nThreadsPerChild 25\nMaxRequestWorkers 150\n',
  prefork: 'StartServers 5\nMinSpareServers 5\nMaxSpareServers 10\nMaxRequestWorkers 150\n',
};
// Children that neither come nor go while they are measured.
const fixed = {
  event:
    'StartServers 2\nServerLimit 2\nThreadsPerChild 32\nMinSpareThreads 64\nMaxSpareThreads 64\nMaxRequestWorkers 64\n',
  prefork: 'StartServers 16\nMinSpareServers 16\nMaxSpareServers 17\nMaxRequestWorkers 16\n',
};
export const childSets = { debian, fixed };
export const mpms = Object.keys(debian);

// Gives `measure` a stack {…, tunnel} and stops it afterwards.
export async function withStack(mpm, children, measure) {
  const tunnel = await startTunnel();
  try {
    // Nobody listens there.
    const backend = `http://127.0.0.1:${await freePort()}/transmission/rpc`;
    const stack = await startStack({ mpm, backend, conf: childSets[children][mpm] + tunnel.conf });
    try {
      fs.writeFileSync(path.join(stack.root, 'site/small.txt'), 'A small static file.\n'.repeat(10));
      await measure(Object.assign(stack, { tunnel }));
    } finally {
      await stack.stop(allowed);
    }
  } finally {
    tunnel.stop();
  }
}

// Gives `measure` a stack with the open realm of test builds.
export async function withRouterStack(measure) {
  const stack = await startStack({ backend: noDaemon, testEndpoints: true });
  try {
    await measure(stack);
  } finally {
    await stack.stop(allowed);
  }
}

// Processes have done what they do at their end or start by then.
export const settle = () => sleep(1500);
