// How many of httpd's workers open connections keep busy.

import { setTimeout as sleep } from 'node:timers/promises';

import { patience } from '../support/patience.mjs';
import { scoreboard } from '../support/processes.mjs';
import { Connections } from './connections.mjs';

const steps = [0, 100, 1000];
const samples = 8;

// Without the one that answers the question. A worker is not done at once when its client has its answer, and
// prefork wakes children that are to leave, one a second: so more than is `wanted` is asked for again.
export async function busyWorkers(stack, wanted) {
  let least = Infinity;
  const deadline = Date.now() + patience;
  for (let i = 0; i < samples || (least > wanted && Date.now() < deadline); ++i) {
    least = Math.min(least, Number((await scoreboard(stack)).BusyWorkers) - 1);
    await sleep(200);
  }
  return least;
}

export async function measureWorkers(stack, report) {
  report.section('busy httpd workers');
  for (const scheme of ['ws', 'wss']) {
    const connections = new Connections(stack, scheme);
    for (const count of steps) {
      await connections.grow(count);
      report.figure(`${count} open ${scheme}`, await busyWorkers(stack, 0), '', { atMost: 0 });
    }
    await connections.close();
  }
}
