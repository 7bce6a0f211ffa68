// What clients make of snapshots and deltas is what the daemon itself has, after each of many random commands: in each
// form, for who looks all the time, comes late, comes back, or asks with CALLs alone. DIFFERENTIAL_STEPS: how many.
// DIFFERENTIAL_SEED: of the choices; it is printed. TRANSMISSION_DAEMON: the program of the daemon.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { assertShowList, listOf } from '../support/list-comparison.mjs';
import { startQuietTracker } from '../support/quiet-tracker.mjs';
import { RandomCommands, rpcMethod } from '../support/random-commands.mjs';
import { assertEvent } from '../support/schemas.mjs';
import { seededRandom, seedFrom } from '../support/seeded-random.mjs';
import { forms } from '../support/serializers.mjs';
import { startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { TransmissionDaemon } from '../support/transmission-daemon.mjs';
import { signedInClient, WampError } from '../support/wamp.mjs';

const steps = Number(process.env.DIFFERENTIAL_STEPS || 60);
const seed = seedFrom('DIFFERENTIAL_SEED');
// A stop takes effect with Transmission's next pulse.
const pulse = 600;
// What the daemon may refuse, as it depends on what it has: a path that is none, a tracker that it does not have.
const refused = 'torrent_ws.error.daemon_refused';

let tracker;
let daemon;
let stack;
let commands;
// Each with the id of its user.
let callers;
// Who added torrents, by hash.
const owners = {};
before(async () => {
  tracker = await startQuietTracker();
  daemon = await TransmissionDaemon.start();
  stack = await startStack({ backend: daemon.url, conf: 'TorrentWsPollInterval 200ms\n' });
  const { announce } = tracker;
  commands = new RandomCommands(seededRandom(seed), { root: `${stack.root}/downloads`, announce });
  const users = { json: '1', cbor: '2' };
  callers = await Promise.all(
    Object.entries(users).map(async ([serializer, userId]) => ({
      userId,
      client: await signedInClient(stack, { serializer, userId }),
    })),
  );
});
after(async () => {
  await stack?.stop();
  await daemon?.stop();
  tracker?.stop();
});

// A client that subscribes.
class Page extends TorrentView {
  static async open({ serializer, format }) {
    const client = await signedInClient(stack, { serializer });
    return new Page(client, await client.subscribe('torrents', { _format: format }));
  }

  constructor(client, events) {
    super(events);
    this.client = client;
  }

  take(event) {
    assertEvent('torrents', event);
    return super.take(event);
  }
}

// A client that never subscribes, and asks what is new.
class AskingPage extends TorrentView {
  async catchUp() {
    const [{ client }] = callers;
    const question = this.revision === 0 ? ['torrents.snapshot'] : ['torrents.since', { revision: this.revision }];
    const { events } = await client.call(...question);
    for (const event of events) this.take(event);
  }
}

// Who adds a torrent owns it, and behind our back nobody who is known.
const note = (result, userId) => {
  const added = result?.['torrent-added'];
  if (added) owners[added.hashString] = userId;
};

// Does a command, by one of the clients or behind our back. What Transmission shows to nobody who asks for what is new
// comes with the next sweep: such is not done here behind our back.
const shownAsNew = ['torrent.add', 'torrent.start', 'torrent.start_now', 'torrent.verify', 'torrent.remove'];
async function perform({ name, kwargs }) {
  const isShown = shownAsNew.includes(name) || name.startsWith('torrent.queue');
  if (isShown && commands.chance(0.3)) {
    // What it refuses it says in words; a status of HTTP would be another matter.
    const result = await daemon.rpc
      .call(rpcMethod(name), kwargs)
      .catch((error) => assert.match(error.message, /^[\w-]+: (?!status )/));
    note(result, '');
    return `${name} at the daemon`;
  }
  const { client, userId } = commands.pick(callers);
  try {
    note(await client.call(name, kwargs), userId);
    return name;
  } catch (error) {
    if (!(error instanceof WampError) || error.uri !== refused) throw error;
    return `${name} (refused)`;
  }
}

test(`${steps} random steps, DIFFERENTIAL_SEED=${seed}`, async (t) => {
  const views = {};
  const nameOf = ({ serializer, format }) => `a page (${serializer}, ${format})`;
  for (const form of forms) views[nameOf(form)] = await Page.open(form);
  views['a client that asks'] = new AskingPage();
  const done = [];
  const tell = () =>
    `after ${done.length} commands, the last ones ${done.slice(-8).join('; ')}; DIFFERENTIAL_SEED=${seed}`;
  const compare = () => assertShowList(daemon.rpc, views, tell, owners);
  await compare();

  for (let step = 0; step < steps; step += 1) {
    // One after the other, or several at the same time.
    const { torrents } = await listOf(daemon.rpc);
    const wanted = Array.from({ length: commands.chance(0.2) ? 6 : 1 }, () => commands.next(torrents));
    done.push(...(await Promise.all(wanted.map(perform))));
    await compare();
    if (step % 5 === 0) {
      const late = 'a page that came late';
      await views[late]?.client.close();
      views[late] = await Page.open(commands.pick(forms));
    }
    if (step % 7 === 0) {
      const form = commands.pick(forms);
      await views[nameOf(form)].client.close();
      views[nameOf(form)] = await Page.open(form);
    }
  }
  await sleep(pulse);
  await compare();

  // Of all this only the sweep tells.
  const ids = Object.keys((await listOf(daemon.rpc)).torrents);
  await daemon.rpc.call('torrent-set', {
    ids,
    labels: ['behind', 'our back'],
    bandwidthPriority: 1,
    uploadLimited: true,
  });
  await daemon.rpc.call('torrent-set', { ids: ids.slice(1), seedRatioMode: 2, 'peer-limit': 7 });
  await daemon.rpc.call('torrent-stop', { ids: ids.slice(0, 3) });
  await sleep(pulse);
  done.push('changes at the daemon that only a sweep finds');
  await compare();

  const refusals = done.filter((name) => name.includes('refused')).length;
  t.diagnostic(`${done.length} commands of ${new Set(done).size} kinds, ${refusals} of them refused by the daemon`);
});
