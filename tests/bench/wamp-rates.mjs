// What the router does per second, beside fox-wamp in the same run: events of publications, and results of calls.
// The routers take turns in short blocks, so that what else the machine does hits both alike; each ratio is of blocks
// of one round. All clients are in this process and often take longer than a router does: the router's own processor
// time tells more than the rate.

import assert from 'node:assert/strict';

import { median, processorSeconds, servingProcesses } from '../support/measurements.mjs';
import { withPatience } from '../support/patience.mjs';
import { endpoint } from '../support/wamp.mjs';
import { startFoxWamp } from './fox-wamp.mjs';
import { RawSession } from './raw-session.mjs';
import { withRouterStack } from './stacks.mjs';

const rounds = Number(process.env.BENCH_ROUNDS || 7);
const milliseconds = 1000;
const subscribers = 100;
const sizes = { '100 bytes': 100, '1 kB': 1000 };
// Messages on their way at a time: enough to keep a router busy, too few for its queues to be full.
const publicationsAtOnce = { 1: 64, [subscribers]: 16 };
const callsAtOnce = 64;

// Where one message goes out many times, the router takes a fifth of the peer's processor time. Three times that.
const mostTimeForCrowd = 0.6;

const rate = { field: 'rate', unit: '/s' };
const latency = { field: 'latency', unit: 'us' };

const argumentOf = (size) => [{ text: 'x'.repeat(size - '[{"text":""}]'.length) }];
const isOfType = (data, type) => data[1] === type.charCodeAt(0) && data[2] === type.charCodeAt(1);

// Keeps `atOnce` of what `start` starts on their way for a block's time. run(done): `start` is called for each, and
// `done` is to be called at each end. Resolves with how many there were.
function keepBusy(atOnce, start, onDone) {
  return withPatience(
    new Promise((resolve) => {
      let [started, done, running] = [0, 0, true];
      const begin = () => {
        started += 1;
        start();
      };
      onDone(() => {
        done += 1;
        if (running) begin();
        else if (done === started) resolve(done);
      });
      while (started < atOnce) begin();
      setTimeout(() => (running = false), milliseconds);
    }),
    'a block of messages',
  );
}

class Router {
  // pids(): the processes that serve.
  static async open(name, address, pids) {
    const open = () => RawSession.open(address);
    const router = new Router();
    Object.assign(router, { name, pids, one: await open(), other: await open(), crowd: [] });
    while (router.crowd.length < subscribers) router.crowd.push(await open());
    for (const [index, session] of router.crowd.entries()) {
      if (index === 0) await session.request([32, 1, {}, 'com.example.one'], 33);
      await session.request([32, 2, {}, 'com.example.crowd'], 33);
    }
    const [, , registration] = await router.other.request([64, 1, {}, 'com.example.echo'], 65);
    assert.ok(registration > 0);
    return router;
  }

  // What of the router's time and of this process's the block takes, and its rate per second.
  async block(measured) {
    const pids = this.pids();
    const [before, clients, begin] = [processorSeconds(pids), process.cpuUsage(), performance.now()];
    const count = await measured();
    const seconds = (performance.now() - begin) / 1000;
    const { user, system } = process.cpuUsage(clients);
    return {
      rate: count / seconds,
      server: (processorSeconds(pids) - before) / count,
      client: (user + system) / 1e6 / seconds,
    };
  }

  // Events per second.
  publish(count, payload) {
    const topic = count === 1 ? 'com.example.one' : 'com.example.crowd';
    const text = payload.text;
    let request = 1;
    const start = () => this.one.socket.send(`[16,${(request += 1)},{},"${topic}",${text}]`);
    let last;
    const onDone = (done) => {
      let received = 0;
      const take = (data) => {
        assert.ok(isOfType(data, '36'), String(data));
        last = data;
        received += 1;
        if (received % count === 0) done();
      };
      for (const session of this.crowd) session.take = take;
    };
    return this.block(async () => {
      const publications = await keepBusy(publicationsAtOnce[count], start, onDone);
      assert.deepEqual(JSON.parse(last)[4], payload.args);
      return publications * count;
    });
  }

  // Results per second.
  call(atOnce, payload, onResult = () => {}) {
    this.other.take = (data) => {
      assert.ok(isOfType(data, '68'), String(data));
      const invocation = Number.parseInt(data.toString('latin1', 4, 24), 10);
      this.other.socket.send(`[70,${invocation},{},${payload.text}]`);
    };
    let request = 1;
    const start = () => this.one.socket.send(`[48,${(request += 1)},{},"com.example.echo",${payload.text}]`);
    const onDone = (done) => {
      this.one.take = (data) => {
        assert.ok(isOfType(data, '50'), String(data));
        onResult();
        done();
      };
    };
    return this.block(() => keepBusy(atOnce, start, onDone));
  }

  // As call, one after the other, with the median of their times in microseconds.
  async callOneByOne(payload) {
    const times = [];
    let begin = performance.now();
    const block = await this.call(1, payload, () => {
      const now = performance.now();
      times.push((now - begin) * 1000);
      begin = now;
    });
    return { ...block, latency: median(times) };
  }

  close() {
    return Promise.all([this.one, this.other, ...this.crowd].map((session) => session.close()));
  }
}

// Runs the blocks in turns and reports what they give; the first round warms up.
async function compare(report, title, [own, peer], measure, { field, unit, bounds }) {
  const blocks = new Map([own, peer].map((router) => [router, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const router of [own, peer]) {
      const measured = await measure(router);
      if (round > 0) blocks.get(router).push(measured);
    }
  }
  const of = (router, name) => median(blocks.get(router).map((each) => each[name]));
  const ratio = (name) => median(blocks.get(own).map((each, round) => each[name] / blocks.get(peer)[round][name]));
  for (const router of [own, peer]) {
    report.figure(`${title}, ${router.name}`, Math.round(of(router, field)), unit);
    report.figure('  processor time of the router for each', of(router, 'server') * 1e6, 'us');
    report.figure('  part of one processor that the clients take', of(router, 'client'));
  }
  report.figure(`  ${own.name} to ${peer.name}`, ratio(field));
  report.figure(`  ${own.name} to ${peer.name}, processor time`, ratio('server'), '', bounds);
}

export async function measureWampRates(report) {
  await withRouterStack(async (stack) => {
    const fox = await startFoxWamp();
    try {
      const own = { url: endpoint(stack, 'ws', '/ws').url, realm: 'realm1' };
      const routers = [
        await Router.open('torrent-ws', own, () => servingProcesses(stack).map(({ pid }) => pid)),
        await Router.open('fox-wamp', fox, () => [fox.pid]),
      ];
      report.section(`WAMP messages, JSON over ws: ${rounds} rounds of ${milliseconds / 1000} s each, medians`);
      for (const [size, bytes] of Object.entries(sizes)) {
        const args = argumentOf(bytes);
        const payload = { args, text: JSON.stringify(args) };
        for (const count of [1, subscribers]) {
          const title = `events of ${size} to ${count} ${count === 1 ? 'subscriber' : 'subscribers'}`;
          const bounds = count === 1 ? {} : { atMost: mostTimeForCrowd };
          await compare(report, title, routers, (router) => router.publish(count, payload), { ...rate, bounds });
        }
        const one = `calls of ${size}, one after the other`;
        await compare(report, one, routers, (router) => router.callOneByOne(payload), latency);
        const many = `calls of ${size}, ${callsAtOnce} at once`;
        await compare(report, many, routers, (router) => router.call(callsAtOnce, payload), rate);
      }
      await Promise.all(routers.map((router) => router.close()));
    } finally {
      fox.stop();
    }
  });
}
