// From what size of the list a window of it pays: bytes and milliseconds until a page has what it shows, and bytes per
// second while a hundred torrents change each second, for the whole list and for windows of a hundred rows.
// node tests/bench/window.mjs; BENCH_TORRENTS=1000 and BENCH_ROUNDS=1 make it shorter.

import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';

import { LongListDaemon } from '../support/long-list-daemon.mjs';
import { median } from '../support/measurements.mjs';
import { Report } from '../support/report.mjs';
import { startStack } from '../support/stack.mjs';
import { endpoint, WampClient } from '../support/wamp.mjs';

const sizes = (process.env.BENCH_TORRENTS || '100,1000,10000').split(',').map(Number);
const rounds = Number(process.env.BENCH_ROUNDS || 5);
const seconds = 10;
const limit = 100;
// What a page must gain that it gives up having the whole list.
const worthIt = 2;

// A client whose bytes are counted.
class Page {
  static async open(stack) {
    const { url, ...options } = endpoint(stack);
    const page = new Page();
    page.socket = new WebSocket(url, 'wamp.2.json', options);
    page.socket.on('message', (data) => {
      if (data.length > (page.largest?.length ?? 0)) page.largest = data;
    });
    page.client = new WampClient(page.socket);
    await new Promise((resolve, reject) => page.socket.once('open', resolve).once('error', reject));
    await page.client.signIn(1, await stack.token());
    return page;
  }

  get bytes() {
    return this.socket._socket.bytesRead;
  }

  // Bytes, milliseconds, and milliseconds of those that reading the JSON takes, until `rows` torrents are there.
  async begin(rows, topic, options) {
    const { bytes } = this;
    const begin = performance.now();
    await (await this.client.subscribe(topic, options)).next(({ torrents }) => torrents.rows.length === rows);
    const figures = { bytes: this.bytes - bytes, milliseconds: performance.now() - begin };
    const text = String(this.largest);
    const parsing = performance.now();
    JSON.parse(text);
    return { ...figures, parse: performance.now() - parsing };
  }

  async bytesPerSecond() {
    const { bytes } = this;
    const begin = performance.now();
    await sleep(seconds * 1000);
    return (this.bytes - bytes) / ((performance.now() - begin) / 1000);
  }
}

const kinds = {
  'whole list': (round, size) => [size, 'torrents', { _format: 'table' }],
  // Each round another one, as when somebody scrolls: nothing of it is at hand.
  'window by name': (round, size) => [
    limit,
    'torrents.window',
    { _format: 'table', _window: { sort: [['name', 'asc']], limit, offset: size > limit ? round : 0 } },
  ],
  'window by upload speed': (round, size) => [
    limit,
    'torrents.window',
    { _format: 'table', _window: { sort: [['rateUpload', 'desc']], limit, offset: size > limit ? round : 0 } },
  ],
};

async function measure(stack, kind, size) {
  const begins = [];
  for (let round = 0; round < rounds; round += 1) {
    const page = await Page.open(stack);
    begins.push(await page.begin(...kinds[kind](round, size)));
    await page.client.close();
  }
  const page = await Page.open(stack);
  await page.begin(...kinds[kind](0, size));
  await sleep(2000);
  const perSecond = await page.bytesPerSecond();
  await page.client.close();
  const of = (member) => median(begins.map((figures) => figures[member]));
  return { bytes: of('bytes'), milliseconds: of('milliseconds'), parse: of('parse'), perSecond };
}

const report = new Report();
const pays = [];
for (const size of sizes) {
  const daemon = await LongListDaemon.start(size);
  const stack = await startStack({ backend: daemon.url, conf: 'TorrentWsPollInterval 1s\n' });
  // Somebody else looks already: the list is there.
  const other = await Page.open(stack);
  await other.begin(...kinds['whole list'](0, size));
  report.section(`${size} torrents, 100 of which change each second; windows of ${limit} rows`);
  const figures = {};
  for (const kind of Object.keys(kinds)) {
    const measured = (figures[kind] = await measure(stack, kind, size));
    report.figure(`${kind}: on the wire until it is there`, measured.bytes / 1000, 'kB');
    report.figure(`${kind}: time until it is there`, measured.milliseconds, 'ms');
    report.figure(`${kind}: of that JSON.parse`, measured.parse, 'ms');
    report.figure(`${kind}: on the wire afterwards`, measured.perSecond / 1000, 'kB/s');
  }
  const gain = figures['whole list'].bytes / figures['window by name'].bytes;
  if (gain >= worthIt) pays.push(size);
  await other.client.close();
  await stack.stop();
  await daemon.stop();
}
console.log(`\na window at least halves the bytes until a page has what it shows from ${pays[0] ?? 'no'} torrents on`);
report.conclude();
