// What the list costs, with a real transmission-daemon of 1,000 and of 10,000 torrents, beside tabs of Transmission's own
// web client at the same daemon. node tests/bench/torrents.mjs. BENCH_QUICK=1: about three minutes. BENCH_TORRENTS=1000:
// of these sizes alone.
//
// The torrents are stopped, with the values of a used library (torrent-library.mjs). "changing": a hundred more are
// loaded from a peer at 20 kB/s each (changing-torrents.mjs), which costs the daemon processor time of its own: it is
// measured without clients first. Flood's figures are those that it publishes of itself.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { TransmissionRpc } from '../../conf/demo/transmission.mjs';
import { median, processorSeconds } from '../support/measurements.mjs';
import { eventually } from '../support/patience.mjs';
import { workersOf } from '../support/processes.mjs';
import { openSubscribers, RawSubscriber } from '../support/raw-subscriber.mjs';
import { Report } from '../support/report.mjs';
import { serializers } from '../support/serializers.mjs';
import { startStack } from '../support/stack.mjs';
import { TransmissionDaemon } from '../support/transmission-daemon.mjs';
import { signedInClient } from '../support/wamp.mjs';
import { ChangingTorrents } from './changing-torrents.mjs';
import { measureCalls } from './daemon-calls.mjs';
import { writeLibrary } from './torrent-library.mjs';
import { WebTab } from './web-tabs.mjs';

const quick = Boolean(process.env.BENCH_QUICK);
const sizes = (process.env.BENCH_TORRENTS ?? '1000,10000').split(',').map(Number);
// Of one figure. Not less than an interval of the web client's.
const seconds = quick ? 10 : 30;
const crowds = quick ? [1, 100] : [1, 10, 100];
const settle = 2000;

const flood = { idle: 70, changing: 4700, list: 661_000 };
const limits = { list: 60_000, call: 1.3 };

// A daemon that has just loaded so many torrents may be busy for a while.
const busy = [/ TWS03\d\d: daemon main is /];

const perMinute = (value, milliseconds) => (value * 60_000) / milliseconds;

class Bench {
  constructor(report, stack, daemon, count) {
    // A list has at least the hashes.
    Object.assign(this, { report, stack, daemon, count, leastList: 20 * count });
  }

  // Figures of what happens in the time, {requests, daemon, loop, worker}: a minute's, processor seconds the latter; and
  // bytes, those that each of the clients got in a second.
  async #during(clients) {
    const { pids } = await this.stack.status();
    const { daemon: worker } = await workersOf(this.stack);
    const processes = { daemon: this.daemon.pid, loop: pids.event_loop, worker };
    const now = async () => ({
      requests: (await this.stack.status()).backends.main.requests,
      ...Object.fromEntries(Object.entries(processes).map(([name, pid]) => [name, processorSeconds([pid])])),
      bytes: clients.reduce((sum, client) => sum + client.bytes, 0),
      time: performance.now(),
    });
    const begin = await now();
    await sleep(seconds * 1000);
    const end = await now();
    const elapsed = end.time - begin.time;
    const figures = Object.fromEntries(
      Object.keys(begin).map((name) => [name, perMinute(end[name] - begin[name], elapsed)]),
    );
    return { ...figures, bytes: figures.bytes / 60 / Math.max(1, clients.length) };
  }

  async #withSubscribers(count) {
    const clients = await openSubscribers(this.stack, count);
    await eventually(() => assert.ok(clients.every(({ bytes }) => bytes > this.leastList)));
    await sleep(settle);
    const figures = await this.#during(clients);
    await Promise.all(clients.map((client) => client.close()));
    await eventually(async () => assert.equal((await this.stack.status()).subscriptions, 0));
    return figures;
  }

  async #withTabs(count) {
    const tabs = Array.from({ length: count }, () => new WebTab(this.daemon.url));
    for (const [at, tab] of tabs.entries()) tab.start(at / count);
    await sleep(settle);
    const before = tabs.reduce((sum, { requests }) => sum + requests, 0);
    const begin = performance.now();
    const figures = await this.#during(tabs);
    const requests = tabs.reduce((sum, tab) => sum + tab.requests, 0) - before;
    const elapsed = performance.now() - begin;
    await Promise.all(tabs.map((tab) => tab.stop()));
    return { ...figures, requests: perMinute(requests, elapsed) };
  }

  // idle or changing; perClient: the most bytes that each may get in a second.
  async measureCrowds(what, perClient) {
    const { report } = this;
    const none = await this.#during([]);
    report.figure(`${what}, no client: the daemon's processor time in a minute`, none.daemon, 's');
    const ours = [];
    for (const count of crowds) {
      const [subscribers, tabs] = [await this.#withSubscribers(count), await this.#withTabs(count)];
      ours.push(subscribers);
      const name = `${what}, ${count}`;
      report.figure(`${name}: requests in a minute`, subscribers.requests);
      report.figure(`${name} tabs of the web client: requests in a minute`, tabs.requests);
      const [mine, theirs] = [subscribers, tabs].map(({ daemon }) => Math.max(0, daemon - none.daemon));
      report.figure(`${name}: more processor time of the daemon in a minute`, mine, 's');
      report.figure(`${name} tabs: more processor time of the daemon in a minute`, theirs, 's');
      report.figure(`${name}: processor time of the event loop in a minute`, subscribers.loop, 's');
      report.figure(`${name}: processor time of the worker in a minute`, subscribers.worker, 's');
      report.figure(`${name}: bytes to each client in a second`, subscribers.bytes, 'B', { atMost: perClient });
      report.figure(`${name} tabs: bytes to each in a second`, tabs.bytes, 'B');
    }
    // A poll more or less, which is two requests, is chance.
    const chance = perMinute(2, seconds * 1000) / ours[0].requests;
    const ratio = ours.at(-1).requests / ours[0].requests;
    report.figure(`${what}: requests for ${crowds.at(-1)} by those for 1`, ratio, '', { atMost: 1 + chance });
  }

  // Bytes of the first event, with compression, and of the few messages before it.
  async measureFirstLists() {
    const { report, count } = this;
    const sums = {};
    // While somebody looks: else a first one gets what is left of the last time, and then the daemon's news.
    const viewer = await RawSubscriber.open(this.stack);
    await viewer.settled(this.leastList, settle);
    for (const format of ['table', 'object']) {
      for (const serializer of Object.keys(serializers)) {
        const subscriber = await RawSubscriber.open(this.stack, { format, serializer });
        await subscriber.settled(this.leastList, settle);
        report.figure(`whole list, ${format}, ${serializer}`, subscriber.bytes, 'B');
        sums[`${format} ${serializer}`] = subscriber.bytes;
        await subscriber.close();
      }
    }
    await viewer.close();
    // From a thousand torrents on the page takes a window (htdocs/gui/list/size.ts).
    const page = await RawSubscriber.open(this.stack, { window: { sort: [['name', 'asc']], limit: 200 } });
    await page.settled(20 * 200, settle);
    report.figure('first list of the page, a window', page.bytes, 'B', { atMost: limits.list });
    await page.close();
    const tab = new WebTab(this.daemon.url);
    const bytes = await tab.open();
    await tab.stop();
    report.figure("first list of Transmission's web client", bytes, 'B');
    report.figure('  by our whole one', bytes / sums['table json']);
    report.figure("first list of Flood's, by its number of torrents", (flood.list * count) / 1000, 'B');
  }

  // From the call, or the request to the daemon, to the event of somebody who looks.
  async measureLatency(hashes) {
    const { report } = this;
    const [caller, page] = [await signedInClient(this.stack), await signedInClient(this.stack)];
    const events = await page.subscribe('torrents', { _format: 'table' });
    await events.next();
    const rounds = quick ? 10 : 40;
    const shows = (hash, field, value) =>
      events.next(({ torrents: { fields, rows } }) => {
        const at = fields.indexOf(field);
        return at > 0 && rows.some((row) => row[0] === hash && JSON.stringify(row[at]) === JSON.stringify(value));
      });
    const measure = async (act) => {
      const times = [];
      for (let round = 0; round < rounds; round += 1) {
        await sleep(200 + Math.random() * 1000);
        const hash = hashes[round % hashes.length];
        const begin = performance.now();
        await act(hash, round);
        times.push(performance.now() - begin);
      }
      return times;
    };
    const commanded = await measure((hash, round) => {
      const labels = [`round ${round}`];
      return Promise.all([shows(hash, 'labels', labels), caller.call('torrent.set', { ids: [hash], labels })]);
    });
    report.figure('from a command to the event, median', median(commanded), 'ms', { atMost: 200 });
    report.figure('  longest', Math.max(...commanded), 'ms');
    const rpc = new TransmissionRpc(this.daemon.url);
    const direct = await measure((hash) => {
      return Promise.all([shows(hash, 'queuePosition', 0), rpc.call('queue-move-top', { ids: [hash] })]);
    });
    report.figure('from a change at the daemon to the event, median (polled each second)', median(direct), 'ms');
    report.figure('  longest', Math.max(...direct), 'ms');
    await Promise.all([caller, page].map((client) => client.close()));
  }
}

async function measure(report, count) {
  const now = Math.floor(Date.now() / 1000);
  const daemon = await TransmissionDaemon.start({}, (made) => writeLibrary(made, count, now));
  const stack = await startStack({ backend: daemon.url, conf: 'TorrentWsPingInterval 1h\n' });
  try {
    const bench = new Bench(report, stack, daemon, count);
    const { torrents } = await daemon.rpc.call('torrent-get', { fields: ['hashString', 'queuePosition'] });
    assert.equal(torrents.length, count);
    const hashes = torrents.filter(({ queuePosition }) => queuePosition > 0).map(({ hashString }) => hashString);

    report.section(`=== ${count} torrents ===`);
    await bench.measureFirstLists();
    await measureCalls(report, stack, daemon, { hash: hashes[0], rounds: quick ? 500 : 3000, atMost: limits.call });
    await bench.measureLatency(hashes.slice(0, 100));
    report.figure('Flood, idle: bytes to each client in a second', flood.idle, 'B');
    await bench.measureCrowds('idle', flood.idle);
    report.figure('Flood, a hundred changing: bytes to each client in a second, at least', flood.changing, 'B');
    const changing = await ChangingTorrents.start(daemon);
    try {
      await bench.measureCrowds('changing', flood.changing);
    } finally {
      await changing.stop(daemon);
    }
  } finally {
    await stack.stop(busy).finally(() => daemon.stop());
  }
}

const report = new Report();
for (const size of sizes) await measure(report, size);
report.conclude();
