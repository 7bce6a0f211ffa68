// Our processes are killed and stopped at random while clients work: no outcome is lost, no call hangs, all come in
// again. SOAK_KILL_SECONDS: for how long, 600 by default. SOAK_SEED: of the choices; it is printed.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { get } from '../../conf/demo/network.mjs';
import { eventually, patience } from '../support/patience.mjs';
import { seededRandom, seedFrom } from '../support/seeded-random.mjs';
import { startStack } from '../support/stack.mjs';
import { signedInClient, WampError } from '../support/wamp.mjs';
import { Disturbances, recovered } from './disturbances.mjs';
import { boundsFor, sampleWithPeer, startPeer } from './gracefuls.mjs';
import { reportTrends } from './samples.mjs';

const betweenDisturbances = 1000;
const disturbancesToGraceful = 8;
const betweenPages = 50;
const betweenTries = 200;
// After a disturbance, milliseconds in which others may still have its errors: a connection's end comes at once,
// a process is there again within some seconds (after several quick ends ten more), a daemon that was stopped is
// asked again.
const atOnce = 1500;
const again = 20_000;

// Lines that tell of a disturbance.
export const expectedLines = [
  / TWS0002: /,
  / TWS0003: /,
  / TWS0005: /,
  / TWS0006: /,
  / TWS0103: /,
  / TWS0201: /,
  / TWS0304: /,
  / AH00052: .* exit signal Killed/, // a child
  / AH00045: /, // a child that was stopped when it was to go
  / AH00161: /, // all threads are busy for a moment
  / AH00484: /,
  / AH10159: /,
];

class Work {
  calls = 0;
  outcomes = {};
  pages = 0;
  longestAbsence = 0;
  #stopping = false;
  #loops = [];
  #failure;

  constructor(stack, disturbances) {
    Object.assign(this, { stack, disturbances });
  }

  start(hashes) {
    hashes.forEach((hash, at) => {
      this.#repeat(() => this.#life(hash, at % 2 === 0 ? 'ws' : 'wss'), betweenTries);
      this.#repeat(() => this.#visit(at % 2 === 0 ? 'wss' : 'ws'), betweenTries);
    });
    for (const base of [this.stack.httpUrl, this.stack.tlsUrl]) this.#repeat(() => this.#page(base), betweenPages);
  }

  check() {
    if (this.#failure) throw this.#failure;
  }

  async stop() {
    this.#stopping = true;
    await Promise.all(this.#loops);
    this.check();
  }

  // A client that commands one torrent until its connection ends.
  async #life(hash, scheme) {
    const client = await this.#comeIn(scheme);
    const opened = Date.now();
    try {
      await this.#firstEvent(client, await client.subscribe('torrents'));
      for (let n = 0; !this.#stopping; n += 1) await this.#command(client, hash, n);
      await client.close();
    } catch (error) {
      if (error instanceof WampError || !/the connection ended/.test(error.message)) throw error;
      this.#assertExcused(error, opened, atOnce, 'torrent-ws', ...(scheme === 'wss' ? ['relay', 'httpd child'] : []));
      this.#count('connection ended');
    }
  }

  // Calls tell when the connection ends meanwhile.
  async #firstEvent(client, events) {
    const deadline = Date.now() + patience;
    while (events.length === 0) {
      assert.ok(Date.now() < deadline, 'no list comes');
      await client.call('torrents.since', { revision: 0 });
      await sleep(betweenTries);
    }
  }

  async #visit(scheme) {
    const client = await this.#comeIn(scheme);
    const opened = Date.now();
    const { code } = await client.close();
    if (code === 1006) {
      this.#assertExcused(new Error(`code ${code}`), opened, atOnce, 'torrent-ws', 'relay', 'httpd child');
    }
  }

  // A client that is signed in, after as many tries as it takes.
  async #comeIn(scheme) {
    const begin = Date.now();
    const client = await eventually(async () => {
      const tried = Date.now();
      try {
        return await signedInClient(this.stack, { scheme });
      } catch (error) {
        const isTimeout = error instanceof WampError && error.uri === 'wamp.error.timeout';
        if (error instanceof WampError && !isTimeout) this.#fail(error);
        this.#excuse(error, tried, again, 'torrent-ws', 'httpd child', 'pool worker', 'relay');
        await sleep(betweenTries);
        throw error;
      }
    });
    this.longestAbsence = Math.max(this.longestAbsence, Date.now() - begin);
    return client;
  }

  async #command(client, hash, n) {
    const label = `${hash.slice(0, 4)}-${n}-${this.calls}`;
    const commands = [
      ['torrent.stop', {}, ({ status }) => status === 0],
      ['torrent.set', { labels: [label] }, ({ labels }) => labels.includes(label)],
      ['torrent.start', {}, ({ status }) => status !== 0],
    ];
    const [procedure, more, isDone] = commands[n % commands.length];
    const begin = Date.now();
    this.calls += 1;
    try {
      await client.call(procedure, { ids: [hash], ...more });
    } catch (error) {
      if (!(error instanceof WampError)) throw error;
      this.#count(error.uri);
      const known = ['torrent_ws.error.outcome_unknown', 'torrent_ws.error.daemon_unreachable', 'wamp.error.timeout'];
      assert.ok(known.includes(error.uri), `${procedure}: ${error}`);
      const after = error.uri === known[0] ? atOnce : again;
      this.#assertExcused(error, begin, after, 'daemon worker', 'transmission', 'torrent-ws');
      await sleep(betweenTries);
      return;
    }
    this.#count('done');
    await this.#assertDone(hash, procedure, isDone, begin);
  }

  // The daemon itself says so. One that was killed forgets what it has not written down.
  async #assertDone(hash, procedure, isDone, begin) {
    const deadline = Date.now() + again;
    for (;;) {
      const fields = ['status', 'labels'];
      const answer = await this.stack.rpc.call('torrent-get', { ids: [hash], fields }).catch((error) => ({ error }));
      if (answer.torrents?.some(isDone)) return;
      if (this.disturbances.excuse(begin, again, 'transmission')) return;
      const found = answer.error ?? JSON.stringify(answer.torrents);
      assert.ok(Date.now() < deadline, `${procedure} of ${hash} was answered and is not done: ${found}`);
      await sleep(betweenTries);
    }
  }

  async #page(base) {
    const begin = Date.now();
    try {
      const { status } = await get(new URL('/gui/app.css', base).href, { ca: this.stack.certificate });
      assert.equal(status, 200);
      this.pages += 1;
    } catch (error) {
      this.#assertExcused(error, begin, atOnce, 'httpd child');
    }
  }

  #count(outcome) {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
  }

  #assertExcused(error, ...excuse) {
    if (!this.disturbances.excuse(...excuse)) throw error;
  }

  // For those who try again.
  #excuse(error, ...excuse) {
    if (!this.disturbances.excuse(...excuse)) this.#fail(error);
  }

  #fail(error) {
    this.#failure ??= error;
    this.#stopping = true;
  }

  #repeat(act, pause) {
    const loop = (async () => {
      try {
        while (!this.#stopping) {
          await act();
          await sleep(pause);
        }
      } catch (error) {
        this.#fail(error);
      }
    })();
    this.#loops.push(loop);
  }
}

// Resolves with what came of it: {calls, outcomes, pages, longestAbsence, events, samples}.
// peer: an httpd that is restarted gracefully as often, and shows in the samples.
export async function killUnderLoad(stack, { seconds, seed, samplesEvery = Infinity, peer }) {
  const { torrents } = await stack.rpc.call('torrent-get', { fields: ['hashString'] });
  const hashes = torrents.map(({ hashString }) => hashString).slice(0, 4);
  const workers = (await stack.status()).pids.workers.length;
  const disturbances = new Disturbances(stack, seededRandom(seed));
  const work = new Work(stack, disturbances);
  work.start(hashes);
  const samples = [];
  const end = Date.now() + seconds * 1000;
  try {
    for (let n = 1; Date.now() < end; n += 1) {
      await sleep(betweenDisturbances);
      work.check();
      await disturbances.disturb();
      if (n % disturbancesToGraceful === 0) {
        for (const pid of [stack.pid('httpd'), peer?.pid].filter(Boolean)) process.kill(pid, 'SIGUSR1');
      }
      if (n % samplesEvery === 0) samples.push(sampleWithPeer(stack, peer));
    }
  } finally {
    await disturbances.settle();
  }
  await work.stop();
  await recovered(stack, workers);
  // Everybody is served again, and the daemon takes commands.
  const client = await signedInClient(stack);
  await eventually(() => client.call('torrent.start', { ids: hashes }));
  await client.close();
  const { calls, outcomes, pages, longestAbsence } = work;
  return { calls, outcomes, pages, longestAbsence, events: disturbances.events, samples };
}

export const seedOfRun = () => seedFrom('SOAK_SEED');

const seconds = Number(process.env.SOAK_KILL_SECONDS || 600);
const samplesEvery = Math.max(1, Math.floor(seconds / 40));
// What samples differ by chance, as one may find a process that is about to go: over the whole run.
const chance = { kB: 4096, '': 8 };

export async function soakKills(mpm, report) {
  const seed = seedOfRun();
  report.section(`processes killed and stopped for ${seconds} s, ${mpm} MPM, SOAK_SEED=${seed}`);
  const stack = await startStack({ mpm });
  try {
    const peer = await startPeer(stack);
    const { calls, outcomes, pages, longestAbsence, events, samples } = await killUnderLoad(stack, {
      seconds,
      seed,
      samplesEvery,
      peer,
    }).finally(() => peer.stop());
    for (const kind of new Set(events.map((event) => event.kind))) {
      report.figure(`disturbed: ${kind}`, events.filter((event) => event.kind === kind).length);
    }
    report.figure('calls', calls, '', { atLeast: seconds });
    for (const [outcome, count] of Object.entries(outcomes)) report.figure(`  ${outcome}`, count);
    report.figure('pages served', pages, '', { atLeast: seconds });
    report.figure('longest time until a client was in', longestAbsence / 1000, 's', { atMost: again / 1000 + 10 });
    reportTrends(report, samples, 'sample', boundsFor(samples, chance));
  } finally {
    await stack.stop(expectedLines);
  }
}
