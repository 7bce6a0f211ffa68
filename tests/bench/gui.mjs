// What the GUI costs a browser, with a real transmission-daemon of 1,000 and of 10,000 torrents, a hundred of which change
// each second, beside Transmission's own web client and Flood on the same daemon. node tests/bench/gui.mjs: half an hour.
// BENCH_QUICK=1: about eight minutes. BENCH_TORRENTS=1000: of these sizes alone.
//
// The torrents that change are those that each page has on top. Long tasks are those of 50 ms and more.

import { setTimeout as sleep } from 'node:timers/promises';

import { median } from '../support/measurements.mjs';
import { Report } from '../support/report.mjs';
import { startStack } from '../support/stack.mjs';
import { TransmissionDaemon } from '../support/transmission-daemon.mjs';
import { ChangingTorrents } from './changing-torrents.mjs';
import { Flood } from './flood.mjs';
import { ListPage } from './list-page.mjs';
import { quantile, sum } from './main-thread.mjs';
import { writeLibrary } from './torrent-library.mjs';

const quick = Boolean(process.env.BENCH_QUICK);
const sizes = (process.env.BENCH_TORRENTS ?? '1000,10000').split(',').map(Number);
const changingCount = 100;
const visits = quick ? 2 : 5;
const liveSeconds = quick ? 15 : 45;
const scrolledPixels = quick ? 9000 : 24_000;
const memoryMinutes = quick ? 1 : 10;
// What is loaded and drawn after the list is not measured as live.
const settle = quick ? 2000 : 8000;

const ours = 'the GUI';
const smooth = 8;
// Unit of each figure, the GUI's bound, and whether it is held against the others'.
const figures = {
  'time to list, median': { unit: 'ms', compared: true },
  'JavaScript, compressed': { unit: 'kB', atMost: 150, compared: true },
  'main thread per delta, median': { unit: 'ms' },
  'main thread per delta, p95': { unit: 'ms', atMost: smooth, compared: true },
  // Transmission's asks for news each 5 s, Flood each 2 s.
  'main thread in a second': { unit: 'ms' },
  'main thread per scrolled frame, median': { unit: 'ms' },
  'main thread per scrolled frame, p95': { unit: 'ms', atMost: smooth, compared: true },
  'long tasks while live': { unit: '' },
  'long tasks while live, in all': { unit: 'ms', compared: true },
  'long tasks while scrolled': { unit: '' },
  'long tasks while scrolled, in all': { unit: 'ms', compared: true },
  [`heap after ${memoryMinutes} min`]: { unit: 'MB', compared: true },
  [`nodes of the document after ${memoryMinutes} min`]: { unit: '', compared: true },
};

// Figures of a page that is the only one that is open.
async function measureAlone(client, count) {
  const page = await ListPage.open(client);
  try {
    // The first visit has the servers ask the daemon.
    await page.visit(count);
    const times = [];
    for (let visit = 0; visit < visits; visit += 1) times.push(await page.visit(count));
    await sleep(settle);
    const scripts = await page.scriptBytes();
    const live = await page.trace(() => sleep(liveSeconds * 1000));
    const scrolled = await page.trace(() => page.scroll(scrolledPixels));
    return {
      'time to list, median': median(times),
      'JavaScript, compressed': scripts / 1000,
      'main thread per delta, median': median(live.deltas),
      'main thread per delta, p95': quantile(live.deltas, 0.95),
      'main thread in a second': live.busy / liveSeconds,
      'main thread per scrolled frame, median': median(scrolled.frames),
      'main thread per scrolled frame, p95': quantile(scrolled.frames, 0.95),
      'long tasks while live': live.longTasks.length,
      'long tasks while live, in all': sum(live.longTasks),
      'long tasks while scrolled': scrolled.longTasks.length,
      'long tasks while scrolled, in all': sum(scrolled.longTasks),
    };
  } finally {
    await page.close();
  }
}

// Of all pages at the same time, as it takes long.
async function measureMemory(clients, count) {
  const entries = Object.entries(clients).map(async ([name, client]) => {
    const page = await ListPage.open(client);
    try {
      await page.visit(count);
      await sleep(memoryMinutes * 60_000);
      const { heap, nodes } = await page.memory();
      const after = `after ${memoryMinutes} min`;
      return [name, { [`heap ${after}`]: heap / 1e6, [`nodes of the document ${after}`]: nodes }];
    } finally {
      await page.close();
    }
  });
  return Object.fromEntries(await Promise.all(entries));
}

// What is the page's alone, when it has all torrents of a long list.
function tellWhole(report, measured) {
  for (const [figure, { unit, atMost }] of Object.entries(figures)) {
    if (figure in measured) report.figure(`${ours}, with the whole list: ${figure}`, measured[figure], unit, { atMost });
  }
}

function tell(report, measured) {
  const { [ours]: mine, ...others } = measured;
  for (const [figure, { unit, atMost, compared }] of Object.entries(figures)) {
    report.figure(`${ours}: ${figure}`, mine[figure], unit, { atMost });
    for (const [name, { [figure]: value }] of Object.entries(others)) {
      report.figure(`  ${name}`, value, unit);
      if (!compared) continue;
      // Two that need nothing are equal.
      const times = value === mine[figure] ? 1 : value / mine[figure];
      report.figure(`  ${name} by ${ours}, ${figure}`, times, 'times', { atLeast: 1 });
    }
  }
}

async function startFlood(daemon) {
  try {
    return await Flood.start(daemon);
  } catch (error) {
    console.log(`  without Flood, which does not run here: ${error.message}`);
    return undefined;
  }
}

async function measure(report, count) {
  report.section(`=== ${count} torrents, ${changingCount} of which change each second ===`);
  const now = Math.floor(Date.now() / 1000);
  const daemon = await TransmissionDaemon.start({}, (made) => writeLibrary(made, count - changingCount, now));
  const stack = await startStack({ backend: daemon.url });
  const flood = await startFlood(daemon);
  const changing = await ChangingTorrents.start(daemon, { count: changingCount, prefix: 'active' });
  try {
    const clients = {
      [ours]: { url: stack.httpUrl, row: '[data-hash]', total: '[data-total="torrents"]' },
      "Transmission's": {
        url: new URL('/transmission/web/', daemon.url).href,
        row: '#torrent_list .torrent',
        total: '#filter-count',
      },
      ...(flood && {
        "Flood's": { url: flood.url, row: '.torrent', total: '.sidebar-filter__item.is-active .badge' },
      }),
    };
    const measured = {};
    for (const [name, client] of Object.entries(clients)) measured[name] = await measureAlone(client, count);
    const memory = await measureMemory(clients, count);
    for (const [name, further] of Object.entries(memory)) Object.assign(measured[name], further);
    tell(report, measured);
    tellWhole(report, await measureAlone({ ...clients[ours], windowFrom: count + 1 }, count));
  } finally {
    await flood?.stop();
    await changing.stop(daemon);
    // A daemon that has just loaded so many torrents may be busy for a while.
    await stack.stop([/ TWS03\d\d: daemon main is /]).finally(() => daemon.stop());
  }
}

const report = new Report();
for (const size of sizes) await measure(report, size);
report.conclude();
