// What happens to commands while a transmission-daemon stalls or dies, their worker dies or hangs, and their client goes.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';

import { CommandsView } from '../support/commands-view.mjs';
import { eventually } from '../support/patience.mjs';
import { identity, isRunning, killHard, whileStopped, workersOf } from '../support/processes.mjs';
import { startStack } from '../support/stack.mjs';
import { signedInClient, wampError } from '../support/wamp.mjs';

// After so long a request to a daemon is given up that is none of a command's.
const backendTimeout = 10_000;
const deadline = 2_000;

const outcomeUnknown = wampError('torrent_ws.error.outcome_unknown');
const notSent = (error) => wampError('torrent_ws.error.daemon_unreachable')(error) && /not sent/.test(error.message);
const workerEnded = / TWS0(?:103|201): /;
const daemonIsDown = / TWS03\d\d: /;

// Who commands, another page of this user's, and somebody else's.
async function openPages(stack) {
  const [client, page, other] = await Promise.all([1, 1, 2].map((userId) => signedInClient(stack, { userId })));
  const [view, othersView] = await Promise.all([page, other].map((one) => CommandsView.open(one)));
  // With this the worker knows the daemon, as it mostly does.
  await client.call('session.stats');
  return { client, view, othersView, close: () => Promise.all([client, page, other].map((one) => one.close())) };
}

// Moves of one torrent down the queue, which show how often each was done and, as labels, in which order.
class Moves {
  static async begin(stack) {
    const moves = new Moves(stack);
    const torrents = await moves.#torrents();
    moves.hash = torrents.find(({ queuePosition }) => queuePosition === 0).hashString;
    return moves;
  }

  constructor(stack) {
    this.stack = stack;
  }

  get kwargs() {
    return { ids: [this.hash] };
  }

  async #torrents() {
    const fields = ['hashString', 'queuePosition', 'labels'];
    return (await this.stack.rpc.call('torrent-get', { fields })).torrents;
  }

  async #torrent() {
    return (await this.#torrents()).find(({ hashString }) => hashString === this.hash);
  }

  async count() {
    return (await this.#torrent()).queuePosition;
  }

  async labels() {
    return (await this.#torrent()).labels;
  }
}

describe('a daemon that stalls', () => {
  let stack;
  let pages;
  before(async () => {
    stack = await startStack();
    pages = await openPages(stack);
  });
  after(async () => {
    await pages?.close();
    await stack?.stop([workerEnded, daemonIsDown]);
  });

  test('does all commands in order, each once, when it goes on, and their users see them wait', async () => {
    const { client, view, othersView } = pages;
    const moves = await Moves.begin(stack);
    let calls;
    await whileStopped(stack.pid('transmission'), async () => {
      const stopped = Date.now();
      calls = ['a', 'b'].flatMap((label) => [
        client.callWithProgress('torrent.queue_down', moves.kwargs),
        client.callWithProgress('torrent.set', { ...moves.kwargs, labels: [label] }),
      ]);
      for (const [index, { progress }] of calls.entries()) {
        const told = await progress.next(({ reason }) => (index === 0) === /^sent/.test(reason));
        assert.equal(told.state, 'pending');
        assert.ok(told.since >= stopped / 1000 - 1 && told.since <= Date.now() / 1000, `since ${told.since}`);
        assert.equal(view.commands[told.command]?.state ?? 'pending', 'pending');
      }
      await view.until('pending', 'pending', 'pending', 'pending');
      const [first, second] = view.list.slice(-4);
      assert.deepEqual(
        { ...first, since: 0, message: '' },
        { procedure: 'torrent.queue_down', daemon: 'main', ...moves.kwargs, count: 1, state: 'pending', since: 0, message: '' },
      );
      assert.match(second.message, /^not sent/);
      // A page that comes now sees the same.
      const late = await signedInClient(stack);
      const lateView = await CommandsView.open(late);
      assert.deepEqual(lateView.states.slice(-4), ['pending', 'pending', 'pending', 'pending']);
      await late.close();
      await sleep(Math.max(0, stopped + backendTimeout + 2_000 - Date.now()));
      assert.deepEqual(view.states.slice(-4), ['pending', 'pending', 'pending', 'pending']);
      assert.equal((await stack.status()).jobs.running, 4);
    });
    await Promise.all(calls.map(({ result }) => result));
    assert.equal(await moves.count(), 2);
    assert.deepEqual(await moves.labels(), ['b']);
    await view.until('done', 'done', 'done', 'done');
    assert.ok(view.list.slice(-4).every(({ since, ended }) => ended - since > 10));
    assert.deepEqual(othersView.commands, {});
    assert.equal(othersView.waiting, 0);
  });

  test('does a command that its caller canceled, or did not wait for', async () => {
    const { client, view } = pages;
    const moves = await Moves.begin(stack);
    const leaving = await signedInClient(stack);
    await whileStopped(stack.pid('transmission'), async () => {
      const first = client.callWithProgress('torrent.queue_down', moves.kwargs);
      const canceled = client.callWithProgress('torrent.queue_down', moves.kwargs);
      const left = leaving.callWithProgress('torrent.queue_down', moves.kwargs);
      const noAnswer = assert.rejects(left.result, /the connection ended/);
      await view.until('pending', 'pending', 'pending');
      client.cancel(canceled.id);
      await assert.rejects(canceled.result, wampError('wamp.error.canceled'));
      await leaving.close();
      await noAnswer;
      assert.equal(view.states.at(-1), 'pending');
      process.kill(stack.pid('transmission'), 'SIGCONT');
      await first.result;
    });
    await view.until('done', 'done', 'done');
    assert.equal(await moves.count(), 3);
  });

  test('and its worker is killed: what was sent is unknown, the rest is done by the next one', async () => {
    const { client, view } = pages;
    const moves = await Moves.begin(stack);
    const { daemon: worker } = await workersOf(stack);
    let others;
    await whileStopped(stack.pid('transmission'), async () => {
      const sent = client.callWithProgress('torrent.queue_down', moves.kwargs);
      others = [1, 2].map(() => client.call('torrent.queue_down', moves.kwargs));
      const read = client.call('session.stats');
      others.push(read);
      await sent.progress.next(({ reason }) => /^sent/.test(reason));
      await Promise.all([assert.rejects(sent.result, outcomeUnknown), killHard(worker)]);
      await view.until('unknown', 'pending', 'pending');
      assert.equal(view.list.at(-3).error, 'torrent_ws.error.outcome_unknown');
    });
    await Promise.all(others);
    await view.until('unknown', 'done', 'done');
    assert.equal(await moves.count(), 3);
  });

  test('and is killed: what was sent is unknown, the rest is not', async () => {
    const { client, view } = pages;
    const moves = await Moves.begin(stack);
    const pid = stack.pid('transmission');
    await whileStopped(pid, async () => {
      const sent = client.callWithProgress('torrent.queue_down', moves.kwargs);
      const others = [1, 2].map(() => client.call('torrent.queue_down', moves.kwargs));
      const ends = [assert.rejects(sent.result, outcomeUnknown), ...others.map((one) => assert.rejects(one, notSent))];
      await sent.progress.next(({ reason }) => /^sent/.test(reason));
      await killHard(pid);
      await Promise.all(ends);
      await view.until('unknown', 'failed', 'failed');
    });
    await eventually(() => client.call('torrent.reannounce', moves.kwargs));
  });
});

describe('a deadline of two seconds', () => {
  let stack;
  let pages;
  before(async () => {
    stack = await startStack({ conf: `TorrentWsCommandTimeout ${deadline}ms\n` });
    pages = await openPages(stack);
  });
  after(async () => {
    await pages?.close();
    await stack?.stop([workerEnded, daemonIsDown]);
  });

  test('what was sent by then is unknown, the rest was not sent and never is; a later one is done', async () => {
    const { client, view } = pages;
    const moves = await Moves.begin(stack);
    let later;
    await whileStopped(stack.pid('transmission'), async () => {
      const calls = [1, 2, 3].map(() => client.call('torrent.queue_down', moves.kwargs));
      const ends = calls.map((call, index) => assert.rejects(call, index === 0 ? outcomeUnknown : notSent));
      await Promise.all(ends);
      await view.until('unknown', 'failed', 'failed');
      // The daemon is known not to answer: nothing more is sent to it.
      const refused = client.callWithProgress('torrent.queue_down', moves.kwargs);
      assert.match((await refused.progress.next()).reason, /^not sent/);
      await assert.rejects(refused.result, notSent);
      later = client.call('torrent.set', { ...moves.kwargs, labels: ['later'] });
    });
    await later;
    assert.deepEqual(await moves.labels(), ['later']);
    assert.equal(await moves.count(), 1);
  });

  test('a worker that hangs is replaced, and does not do later what was answered for it', async () => {
    const { client } = pages;
    const moves = await Moves.begin(stack);
    const { daemon } = await workersOf(stack);
    const worker = identity(daemon);
    process.kill(daemon, 'SIGSTOP');
    await assert.rejects(client.call('torrent.queue_down', moves.kwargs), notSent);
    await eventually(() => assert.ok(!isRunning(worker)));
    await client.call('torrent.set', { ...moves.kwargs, labels: ['next'] });
    assert.equal(await moves.count(), 0);
  });

  test('a worker that hangs and goes on does not either', async () => {
    const { client } = pages;
    const moves = await Moves.begin(stack);
    const { daemon } = await workersOf(stack);
    await whileStopped(daemon, async () => {
      const late = assert.rejects(client.call('torrent.queue_down', moves.kwargs), notSent);
      await sleep(deadline + 1_000);
      process.kill(daemon, 'SIGCONT');
      await late;
    });
    await client.call('torrent.set', { ...moves.kwargs, labels: ['awake'] });
    assert.equal(await moves.count(), 0);
    assert.equal((await workersOf(stack)).daemon, daemon);
  });
});
