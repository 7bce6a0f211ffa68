// What publishing from outside costs, by each way, beside nginx with nchan over HTTP in the same run: publications that
// arrive at one subscriber. All take turns in short blocks; each ratio is of blocks of one round. The publishers are in
// this process or one of Python's and often take longer than the servers do: the server's own processor time tells more
// than the rate.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import readline from 'node:readline';
import WebSocket from 'ws';

import { freePort } from '../../conf/demo/network.mjs';
import { median, processorSeconds, servingProcesses } from '../support/measurements.mjs';
import { withPatience } from '../support/patience.mjs';
import { publishersFolder, secretFile, signature } from '../support/publishers.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { endpoint } from '../support/wamp.mjs';
import { startNchan } from './nchan.mjs';
import { RawSession } from './raw-session.mjs';

const rounds = Number(process.env.BENCH_ROUNDS || 7);
const milliseconds = 1000;
const atOnce = 16;
const topic = 'com.example.pushed';
const key = { key: 'bench', secret: 's'.repeat(32) };

const now = () => process.hrtime.bigint();
const publication = () => JSON.stringify({ topic, args: [String(now()), 'x'.repeat(64)] });

// Keeps `atOnce` publications on their way for a block's time: send() resolves with each one's answer.
async function keepSending(send) {
  const end = performance.now() + milliseconds;
  let count = 0;
  const one = async () => {
    while (performance.now() < end) {
      await send();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return count;
}

// Over connections that stay. sign(body) gives the query.
function httpPublisher(url, sign = () => '') {
  const agent = new http.Agent({ keepAlive: true, maxSockets: atOnce });
  const send = () =>
    new Promise((resolve, reject) => {
      const body = publication();
      const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
      const request = http.request(`${url}?${sign(body)}`, { method: 'POST', agent, headers }, (response) => {
        response.resume();
        response.on('end', () => (response.statusCode < 300 ? resolve() : reject(new Error(`status ${response.statusCode}`))));
      });
      request.on('error', reject);
      request.end(body);
    });
  return { many: () => keepSending(send), one: send, close: () => agent.destroy() };
}

async function unixPublisher(file) {
  const socket = net.connect(file);
  const waiting = [];
  readline.createInterface({ input: socket }).on('line', () => waiting.shift()());
  await once(socket, 'connect');
  const send = () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      socket.write(`${publication()}\n`);
    });
  return { many: () => keepSending(send), one: send, close: () => socket.destroy() };
}

const pusher = `
import json, sys, time, zmq
endpoint, topic = sys.argv[1:]
socket = zmq.Context().socket(zmq.PUSH)
socket.connect(endpoint)
def push():
    socket.send(json.dumps({'topic': topic, 'args': [str(time.monotonic_ns()), 'x' * 64]}).encode())
for line in sys.stdin:
    count, end = 0, time.monotonic() + float(line)
    while count == 0 or time.monotonic() < end:
        push()
        count += 1
    print(count, flush=True)
`;

function zmqPublisher(address) {
  const python = spawn('/usr/bin/python3', ['-c', pusher, address, topic], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = readline.createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const send = async (seconds) => {
    python.stdin.write(`${seconds}\n`);
    return Number((await lines.next()).value);
  };
  return { many: () => send(milliseconds / 1000), one: () => send(0), close: () => python.kill() };
}

// One way: its publisher, and its subscriber, whose onEvent gets each message.
class Way {
  constructor(name, publisher, subscriber, pids) {
    Object.assign(this, { name, publisher, subscriber, pids });
  }

  #arrived(count, onEvent = () => {}) {
    let received = 0;
    return withPatience(
      new Promise((resolve) => {
        this.subscriber.onEvent = (data) => {
          onEvent(data);
          received += 1;
          if (received === count()) resolve();
        };
        this.subscriber.check = () => received === count() && resolve();
      }),
      `${this.name}: events`,
    );
  }

  // {rate, server}: per second, and seconds of processor time of the server's for each.
  async rate() {
    const pids = this.pids();
    const [before, begin] = [processorSeconds(pids), performance.now()];
    let sent = Infinity;
    const arrived = this.#arrived(() => sent);
    sent = await this.publisher.many();
    this.subscriber.check();
    await arrived;
    const seconds = (performance.now() - begin) / 1000;
    return { rate: sent / seconds, server: (processorSeconds(pids) - before) / sent };
  }

  // Microseconds from a publication to its event, one after the other.
  async latency(count = 200) {
    const times = [];
    const take = (data) => {
      const arrived = now();
      const [, sent] = /\["(\d+)"/.exec(data);
      times.push(Number(arrived - BigInt(sent)) / 1000);
    };
    for (let i = 0; i < count; i += 1) {
      const arrived = this.#arrived(() => 1, take);
      await Promise.all([this.publisher.one(), arrived]);
    }
    return { latency: median(times) };
  }
}

const ofSession = (session) => {
  const subscriber = { onEvent: () => {}, check: () => {} };
  session.take = (data) => subscriber.onEvent(data);
  return subscriber;
};

async function compare(report, title, ways, peer, measure, field, unit) {
  const blocks = new Map(ways.map((way) => [way, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const way of ways) {
      const measured = await measure(way);
      // The first round warms up.
      if (round > 0) blocks.get(way).push(measured);
    }
  }
  report.section(title);
  for (const way of ways) {
    const of = (name) => median(blocks.get(way).map((block) => block[name]));
    const ratio = (name) => median(blocks.get(way).map((block, round) => block[name] / blocks.get(peer)[round][name]));
    report.figure(way.name, Math.round(of(field)), unit);
    if (field === 'rate') report.figure('  processor time of the server for each', of('server') * 1e6, 'us');
    if (way !== peer) report.figure(`  to ${peer.name}`, ratio(field));
  }
}

export async function measurePush(report) {
  const folder = publishersFolder();
  const [socket, port, nchan] = [path.join(folder, 'publish.sock'), await freePort(), await startNchan()];
  const stack = await startStack({
    backend: noDaemon,
    conf: `
MaxKeepAliveRequests 0
TorrentWsAllow subscribe ${topic} role=anonymous
TorrentWsAllow publish   ${topic} role=publisher
TorrentWsPublishKey bench ${secretFile(folder, 'secret', key.secret)}
TorrentWsPublishWindow 1s
TorrentWsPublishSocket ${socket}
TorrentWsZmqBind tcp://127.0.0.1:${port}
<Location /publish>
  SetHandler torrent-ws-publish
</Location>
`,
  });
  const session = await RawSession.open({ url: endpoint(stack).url, realm: 'torrents' });
  await session.request([32, 1, {}, topic], 33);
  const other = new WebSocket(nchan.subscribeUrl, { perMessageDeflate: false });
  await withPatience(once(other, 'open'), nchan.subscribeUrl);
  const own = ofSession(session);
  const ofNchan = { onEvent: () => {}, check: () => {} };
  other.on('message', (data) => ofNchan.onEvent(data));
  const pids = () => servingProcesses(stack).map(({ pid }) => pid);
  const publishUrl = new URL('/publish', stack.httpUrl).href;
  const peer = new Way('nchan, HTTP', httpPublisher(nchan.publishUrl), ofNchan, nchan.pids);
  const ways = [
    peer,
    new Way('torrent-ws, HTTP, signed', httpPublisher(publishUrl, (body) => signature(key, body)), own, pids),
    new Way('torrent-ws, Unix socket', await unixPublisher(socket), own, pids),
    new Way('torrent-ws, ZeroMQ', zmqPublisher(`tcp://127.0.0.1:${port}`), own, pids),
  ];
  try {
    const many = `publications, ${atOnce} at once (ZeroMQ: as fast as they go): ${rounds} rounds of ${milliseconds / 1000} s each, medians`;
    await compare(report, many, ways, peer, (way) => way.rate(), 'rate', '/s');
    await compare(report, 'from a publication to its event, one after the other', ways, peer, (way) => way.latency(), 'latency', 'us');
  } finally {
    for (const way of ways) way.publisher.close();
    await session.close();
    other.terminate();
    nchan.stop();
    await stack.stop([/ TWS0304: /]);
    fs.rmSync(folder, { recursive: true });
  }
}
