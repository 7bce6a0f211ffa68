// What clients show after everything that may go wrong is what the daemon has: commands at random, while the daemon is
// restarted and killed, its worker killed, both stopped, and httpd restarted gracefully. SOAK_STATES_SECONDS: for how
// long, 300 by default. SOAK_SEED: of the choices; it is printed.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { assertShowList, listOf } from '../support/list-comparison.mjs';
import { killHard, restartHttpd, whileStopped, workersOf } from '../support/processes.mjs';
import { startQuietTracker } from '../support/quiet-tracker.mjs';
import { RandomCommands } from '../support/random-commands.mjs';
import { seededRandom, seedFrom } from '../support/seeded-random.mjs';
import { forms } from '../support/serializers.mjs';
import { startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { TransmissionDaemon } from '../support/transmission-daemon.mjs';
import { signedInClient, WampError } from '../support/wamp.mjs';
import { recovered } from './disturbances.mjs';
import { expectedLines } from './kills.mjs';

const seconds = Number(process.env.SOAK_STATES_SECONDS || 300);
const pages = 12;
const [betweenCommands, betweenDisturbances] = [50, 2000];
// The event loop replaces a worker that is silent for fifteen seconds.
const longestStop = 6000;

class Page extends TorrentView {
  static async open(stack, { serializer, format }) {
    const client = await signedInClient(stack, { serializer });
    const page = new Page(await client.subscribe('torrents', { _format: format }));
    return Object.assign(page, { client, form: `${serializer}, ${format}` });
  }
}

// What happens to the processes; each resolves when it is over.
const disturbances = {
  'daemon ended and started': async ({ daemon }) => {
    await daemon.end('SIGTERM');
    await daemon.launch();
  },
  'daemon killed and started': async ({ daemon }) => {
    await daemon.end('SIGKILL');
    await daemon.launch();
  },
  'daemon stopped for a while': ({ daemon, random }) => whileStopped(daemon.pid, () => sleep(random() * longestStop)),
  'worker killed': async ({ stack }) => killHard((await workersOf(stack)).daemon),
  'worker stopped for a while': async ({ stack, random }) =>
    whileStopped((await workersOf(stack)).daemon, () => sleep(random() * longestStop)),
  graceful: ({ stack }) => restartHttpd(stack),
};

class Run {
  calls = 0;
  outcomes = {};
  happened = {};
  #ending = false;

  constructor(stack, daemon, seed, announce) {
    Object.assign(this, { stack, daemon, random: seededRandom(seed) });
    this.commands = new RandomCommands(seededRandom(seed + 1), { root: `${stack.root}/downloads`, announce });
  }

  async go() {
    this.pages = await Promise.all(
      Array.from({ length: pages }, (_, at) => Page.open(this.stack, forms[at % forms.length])),
    );
    const end = Date.now() + seconds * 1000;
    const work = [this.#command(), this.#command(), this.#look()];
    while (Date.now() < end) {
      await sleep(betweenDisturbances);
      const kinds = Object.keys(disturbances);
      const name = kinds[Math.floor(this.random() * kinds.length)];
      await disturbances[name](this);
      this.happened[name] = (this.happened[name] ?? 0) + 1;
    }
    this.#ending = true;
    await Promise.all(work);
  }

  // Commands one after the other, of one page and then another one.
  async #command() {
    while (!this.#ending) {
      const page = this.commands.pick(this.pages);
      const { name, kwargs } = this.commands.next(page.torrents);
      this.calls += 1;
      let outcome = 'done';
      try {
        await page.client.call(name, kwargs);
      } catch (error) {
        if (!(error instanceof WampError)) throw error;
        outcome = error.uri;
      }
      this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
      await sleep(betweenCommands);
    }
  }

  async #look() {
    while (!this.#ending) {
      for (const page of this.pages) await page.catchUp();
      await sleep(betweenCommands);
    }
  }
}

const knownOutcomes = [
  'done',
  'torrent_ws.error.daemon_refused',
  'torrent_ws.error.daemon_unreachable',
  'torrent_ws.error.outcome_unknown',
  'wamp.error.timeout',
];

export async function soakStates(mpm, report) {
  const seed = seedFrom('SOAK_SEED');
  report.section(`states after ${seconds} s of commands and disturbances, ${mpm} MPM, SOAK_SEED=${seed}`);
  const tracker = await startQuietTracker();
  const daemon = await TransmissionDaemon.start();
  const stack = await startStack({ mpm, backend: daemon.url });
  try {
    const workers = (await stack.status()).pids.workers.length;
    const run = new Run(stack, daemon, seed, tracker.announce);
    await run.go();

    const all = [...run.pages, await Page.open(stack, forms[0])];
    const views = Object.fromEntries(all.map((page, at) => [`page ${at} (${page.form})`, page]));
    await assertShowList(daemon.rpc, views, () => `SOAK_SEED=${seed}`);
    const { torrents } = await listOf(daemon.rpc);
    for (const [name, count] of Object.entries(run.happened)) report.figure(name, count);
    report.figure('commands', run.calls, '', { atLeast: seconds });
    for (const [outcome, count] of Object.entries(run.outcomes)) report.figure(`  ${outcome}`, count);
    assert.deepEqual(
      Object.keys(run.outcomes).filter((outcome) => !knownOutcomes.includes(outcome)),
      [],
    );
    report.figure('torrents at the end', Object.keys(torrents).length);
    report.figure('pages that show them all, as the daemon does', all.length);

    await Promise.all(all.map(({ client }) => client.close()));
    await recovered(stack, workers);
  } finally {
    await stack.stop(expectedLines);
    await daemon.stop();
    tracker.stop();
  }
}
