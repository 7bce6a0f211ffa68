// What dies or hangs heals by itself, and holds up nobody else.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertNoDelay } from '../support/latency.mjs';
import { eventually } from '../support/patience.mjs';
import { killHard, whileStopped, workersOf } from '../support/processes.mjs';
import { startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { endpoint, signedInClient, WampClient } from '../support/wamp.mjs';

const stopped = 0;
const now = () => Date.now() / 1000;

let stack;
let torrentCount;
before(async () => {
  stack = await startStack();
  ({ torrentCount } = await stack.rpc.call('session-stats'));
});
after(() => stack?.stop([/ TWS0002: /, / TWS0103: /, / TWS0201: /, / TWS03\d\d: /]));

// A page: a client that watches the list.
async function openPage() {
  const client = await signedInClient(stack);
  const view = new TorrentView(await client.subscribe('torrents'));
  await view.until(({ torrents }) => Object.keys(torrents).length === torrentCount);
  return { client, view };
}

const stateIs =
  (...states) =>
  ({ daemons }) =>
    states.includes(daemons.main?.state);

// Milliseconds that `visits` new pages, one after the other, take until they have their list, the median of them.
async function timeOfVisits(visits = 11) {
  const tokens = [];
  for (let index = 0; index < visits; index += 1) tokens.push(await stack.token());
  const times = [];
  for (const token of tokens) {
    const begin = performance.now();
    const client = await WampClient.open(endpoint(stack).url);
    await client.signIn(1, token);
    const { snapshot, torrents } = await (await client.subscribe('torrents')).next();
    times.push(performance.now() - begin);
    assert.equal(snapshot, true);
    assert.equal(Object.keys(torrents).length, torrentCount);
    await client.close();
  }
  return times.sort((a, b) => a - b)[Math.floor(visits / 2)];
}

describe('a process that is killed', () => {
  test('a worker of the pool: whoever was signing in is signed in', async () => {
    const { pool } = await workersOf(stack);
    const tokens = [await stack.token(), await stack.token()];
    const { worker_restarts: restarts } = await stack.status();
    const clients = await Promise.all(tokens.map(() => WampClient.open(endpoint(stack).url)));
    for (const pid of pool) process.kill(pid, 'SIGSTOP');
    const signIns = clients.map((client, index) => client.signIn(1, tokens[index]));
    await eventually(async () => assert.ok((await stack.status()).jobs.running > 0));
    await Promise.all([...signIns, ...pool.map(killHard)]);
    await Promise.all(clients.map((client) => client.call('session.stats')));
    assert.ok((await stack.status()).worker_restarts >= restarts + pool.length);
    await Promise.all(clients.map((client) => client.close()));
  });

  test("the daemon's worker: the next one does what it had not sent, the list goes on", async () => {
    const { client, view } = await openPage();
    const { daemon } = await workersOf(stack);
    const ids = [Object.keys(view.torrents)[0]];
    process.kill(daemon, 'SIGSTOP');
    const command = client.call('torrent.reannounce', { ids });
    const read = client.call('session.stats');
    await eventually(async () => assert.ok((await stack.status()).jobs.running >= 2));
    await Promise.all([command, killHard(daemon)]);
    assert.equal((await read).torrentCount, torrentCount);

    await view.until(stateIs('busy'));
    await view.until(stateIs('up'));
    const { revision } = view;
    await view.until((seen) => seen.revision > revision);
    assert.equal(Object.keys(view.torrents).length, torrentCount);
    await client.call('torrent.reannounce', { ids });
    await client.close();
  });

  test('the event loop: clients connect again and see the list', async () => {
    const { client, view } = await openPage();
    const {
      pids: { event_loop: pid },
    } = await stack.status();
    await killHard(pid);
    await client.ended();
    const again = await eventually(openPage);
    assert.ok(again.view.revision > view.revision, 'a revision is never given twice');
    assert.notEqual((await stack.status()).pids.event_loop, pid);
    await again.client.call('session.stats');
    await again.client.close();
  });

  test('the BitTorrent daemon: pages show its state, and go on', async () => {
    const { client, view } = await openPage();
    const session = await client.subscribe('session');
    await killHard(stack.pid('transmission'));
    await view.until(stateIs('down', 'busy'));
    assert.ok(view.daemons.main.reason.length > 0);
    assert.equal(Object.keys(view.torrents).length, torrentCount, 'the last list stays');
    await session.next(({ daemons: { main } }) => main.state !== 'up');
    await session.next(({ daemons: { main } }) => main.state === 'up');
    await view.until(stateIs('up'));
    await view.until(({ torrents }) => Object.keys(torrents).length === torrentCount);
    const { hashString, status } = view.named('ubuntu-core-16');
    const wasStopped = status === stopped;
    await client.call(wasStopped ? 'torrent.start' : 'torrent.stop', { ids: [hashString] });
    await view.until(({ torrents }) => (torrents[hashString].status === stopped) !== wasStopped);
    await client.close();
  });
});

describe('a process that hangs', () => {
  test("the daemon's worker: others sign in and get the list as fast as ever", async () => {
    const { client, view } = await openPage();
    const { daemon } = await workersOf(stack);
    const quiet = await timeOfVisits();
    const begin = now();
    await whileStopped(daemon, async () => {
      assertNoDelay(quiet, await timeOfVisits());
      await view.until(stateIs('busy'));
      assertNoDelay(quiet, await timeOfVisits());
      const visitor = await signedInClient(stack);
      const { daemons, torrents } = await (await visitor.subscribe('torrents')).next();
      assert.equal(daemons.main.state, 'busy');
      assert.ok(daemons.main.since >= begin - 5 && daemons.main.since <= now(), `since ${daemons.main.since}`);
      assert.ok(daemons.main.updated <= daemons.main.since + 5, `updated ${daemons.main.updated}`);
      assert.equal(Object.keys(torrents).length, torrentCount);
      await visitor.close();
    });
    await view.until(stateIs('up'));
    assert.equal((await workersOf(stack)).daemon, daemon);
    await client.close();
  });

  test('one worker of the pool: others sign in as fast as ever', async () => {
    const { client } = await openPage();
    const quiet = await timeOfVisits();
    for (const pid of (await workersOf(stack)).pool) {
      await whileStopped(pid, async () => assertNoDelay(quiet, await timeOfVisits()));
    }
    await client.close();
  });

  test('all workers of the pool: who is signed in notices nothing', async () => {
    const { client, view } = await openPage();
    const { pool } = await workersOf(stack);
    await whileStopped(pool, async () => {
      const visitor = await WampClient.open(endpoint(stack).url);
      const signIn = visitor.signIn(1, await stack.token());
      for (let calls = 0; calls < 10; calls += 1) await client.call('session.stats');
      const { revision } = view;
      await view.until((seen) => seen.revision > revision);
      for (const pid of pool) process.kill(pid, 'SIGCONT');
      await signIn;
      await visitor.close();
    });
    await client.close();
  });

  test('the BitTorrent daemon: a new page has the last list at once, marked with its age', async () => {
    const { client, view } = await openPage();
    const pid = stack.pid('transmission');
    const quiet = await timeOfVisits();
    await whileStopped(pid, async () => {
      await view.until(stateIs('busy'));
      assertNoDelay(quiet, await timeOfVisits());
      const visitor = await signedInClient(stack);
      const { snapshot, daemons, torrents } = await (await visitor.subscribe('torrents')).next();
      assert.equal(snapshot, true);
      assert.equal(Object.keys(torrents).length, torrentCount);
      assert.equal(daemons.main.state, 'busy');
      assert.ok(daemons.main.since <= now());
      assert.ok(daemons.main.updated <= now() - 1);
      await visitor.close();
    });
    await view.until(stateIs('up'));
    const { revision } = view;
    await view.until((seen) => seen.revision > revision);
    await client.close();
  });

  test('the BitTorrent daemon, before the first page comes', async () => {
    const first = await openPage();
    await first.client.close();
    await eventually(async () => assert.equal((await stack.status()).subscriptions, 0));
    await whileStopped(stack.pid('transmission'), async () => {
      const visitor = await signedInClient(stack);
      const view = new TorrentView(await visitor.subscribe('torrents'));
      await view.advance();
      assert.equal(Object.keys(view.torrents).length, torrentCount);
      assert.ok(view.daemons.main.updated <= now());
      await view.until(stateIs('busy'));
      await visitor.close();
    });
    const { client } = await openPage();
    await client.close();
  });
});
