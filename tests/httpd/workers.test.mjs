// The workers as processes: the pool grows and shrinks, those that are used up are replaced, none takes more of the machine
// than it may.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { BusyDaemon } from '../support/busy-daemon.mjs';
import { lockDatabase } from '../support/database-lock.mjs';
import { asHttpdUser } from '../support/httpd-user.mjs';
import { eventually } from '../support/patience.mjs';
import { identity, isRunning, processTree } from '../support/processes.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { signedInClient, signIn, tokens, wampError } from '../support/wamp.mjs';

const mebibyte = 2 ** 20;
const minute = 60_000;
// What SQLite waits for a lock in a worker.
const busyTimeout = 5000;

// Soft and hard limits of a process, by name: {'Max open files': ['256', '256'], …}.
function limitsOf(pid) {
  const lines = fs.readFileSync(`/proc/${pid}/limits`, 'utf8').trimEnd().split('\n').slice(1);
  return Object.fromEntries(lines.map((line) => line.split(/ {2,}/)).map(([name, soft, hard]) => [name, [soft, hard]]));
}

// The workers of a stack by their second argument, which is for people: {pool: [pid, …], 'daemon main': [pid, …]}.
async function workersByName(stack) {
  const { pids } = await stack.status();
  const byName = {};
  for (const pid of pids.workers) {
    const [, name] = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    (byName[name] ??= []).push(pid);
  }
  return byName;
}

describe('a pool of one to four', () => {
  let stack;
  before(async () => {
    stack = await startStack({ backend: noDaemon, conf: 'TorrentWsWorkers 1 4\n' });
  });
  after(() => stack?.stop([/ TWS0304: /, / TWS0303: /]));

  test('grows while sign-ins wait for a locked database, and all are answered', async (t) => {
    const { workers } = await stack.status();
    assert.deepEqual(workers, { pool: 1, pool_least: 1, pool_most: 4, recycled: 0 });
    const issued = await tokens(stack, 12);
    const unlock = await lockDatabase(stack);
    const begin = performance.now();
    const outcomes = Promise.allSettled(issued.map((token) => signIn(stack, token)));
    await eventually(async () => assert.equal((await stack.status()).workers.pool, 4));
    await unlock();
    const locked = performance.now() - begin;
    t.diagnostic(`four workers after ${Math.round(locked)} ms`);
    const refused = (await outcomes).filter(({ status }) => status === 'rejected');
    if (locked < busyTimeout) assert.deepEqual(refused, []);
    for (const { reason } of refused) assert.ok(wampError('torrent_ws.error.database_unavailable')(reason), String(reason));
    const { workers: grown, worker_restarts: restarts } = await stack.status();
    assert.equal(grown.pool, 4);
    assert.equal(restarts, 0);
  });

  test('has one again when there was nothing to do for a minute, and nobody notices', async () => {
    const { pool } = await workersByName(stack);
    const processes = pool.map(identity);
    await sleep(minute);
    await eventually(async () => assert.ok((await stack.status()).workers.pool < 4));
    for (const token of await tokens(stack, 4)) await signIn(stack, token);
    await eventually(async () => assert.equal((await stack.status()).workers.pool, 1));
    await eventually(() => assert.equal(processes.filter(isRunning).length, 1));
    await signIn(stack, await stack.token());
    assert.equal((await stack.status()).worker_restarts, 0);
  });
});

describe('workers that have had five jobs', () => {
  let stack;
  before(async () => {
    stack = await startStack({ backend: noDaemon, conf: 'TorrentWsWorkers 1 2\nTorrentWsWorkerMaxJobs 5\n' });
  });
  after(() => stack?.stop([/ TWS0304: /]));

  test('are replaced, and no sign-in is lost', async () => {
    const { pool: before } = await workersByName(stack);
    // How many jobs a worker is given beyond the five depends on how soon the next one is there.
    await eventually(async () => {
      await Promise.all((await tokens(stack, 8)).map((token) => signIn(stack, token)));
      assert.ok((await stack.status()).workers.recycled >= 3);
    });
    const status = await stack.status();
    assert.equal(status.worker_restarts, 0);
    assert.equal(status.token_failures, 0);
    assert.equal(status.jobs.failed, 0);
    await eventually(async () => {
      const { pool } = await workersByName(stack);
      assert.ok(pool.length <= 2, `${pool.length} workers`);
      assert.ok(!pool.includes(before[0]), 'the first worker is still there');
    });
    assert.match(stack.errorLog(), /\[torrent_ws:notice\] .* TWS0205: worker \d+ makes room for another one: it was given \d+ jobs/);
  });
});

describe('workers that have more memory than they may', () => {
  let daemon;
  let stack;
  before(async () => {
    daemon = await BusyDaemon.start(2000);
    // A worker that has done nothing has more.
    stack = await startStack({ backend: daemon.url, conf: `TorrentWsWorkers 2\nTorrentWsWorkerMaxMemory ${mebibyte}\n` });
  });
  after(async () => {
    await stack?.stop();
    await daemon?.stop();
  });

  test('are replaced, and pages see a snapshot at the most', async () => {
    const client = await signedInClient(stack);
    const view = new TorrentView(await client.subscribe('torrents'));
    await view.until(({ daemons }) => daemons.main?.state === 'up');
    const { 'daemon main': [ofDaemon], pool } = await workersByName(stack);
    let snapshots = 0;
    const processes = [ofDaemon, ...pool].map(identity);
    while (snapshots < 2 || processes.some(isRunning)) {
      const { snapshot, daemons } = await view.advance();
      snapshots += snapshot ? 1 : 0;
      assert.equal(daemons?.main.state ?? 'up', 'up');
      assert.equal(Object.keys(view.torrents).length, 2000);
    }
    for (const token of await tokens(stack, 4)) await signIn(stack, token);
    await client.call('session.stats');
    const { worker_restarts: restarts, workers } = await stack.status();
    assert.equal(restarts, 0);
    assert.ok(workers.recycled >= 3);
    assert.match(stack.errorLog(), / TWS0205: worker \d+ of daemon main makes room for another one: it has \d+ MiB of memory/);
    assert.match(stack.errorLog(), / TWS0205: worker \d+ makes room for another one: it has \d+ MiB of memory/);
    await client.close();
  });
});

describe('limits', () => {
  let stack;
  before(async () => {
    stack = await startStack({ conf: 'TorrentWsHandler idle "/bin/sleep 1000" com.example.idle.*\n' });
  });
  after(() => stack?.stop([/ TWS0201: /, / TWS0306: /, / TWS0211: /]));

  test('of workers and handlers', async () => {
    const { pool, 'daemon main': [ofDaemon] } = await workersByName(stack);
    const bound = 512 * mebibyte;
    for (const [pids, data] of [[pool, 2 * bound + 256 * mebibyte], [[ofDaemon], 8 * bound + 256 * mebibyte]]) {
      for (const pid of pids) {
        const limits = limitsOf(pid);
        assert.deepEqual(limits['Max core file size'], ['0', '0']);
        assert.deepEqual(limits['Max open files'], ['256', '256']);
        assert.deepEqual(limits['Max data size'], [`${data}`, `${data}`]);
      }
    }
    const { pids } = await stack.status();
    const [handler] = pids.handlers;
    const { 'Max core file size': core, ...others } = limitsOf(handler);
    const { 'Max core file size': ours, ...ofParent } = limitsOf(pids.event_loop);
    assert.deepEqual(core, ['0', '0']);
    assert.deepEqual(others, ofParent);
    assert.ok(ours && processTree(pids.event_loop).some(({ pid }) => pid === handler));
  });

  test('a worker without memory says so, and another one is there', async () => {
    const { 'daemon main': [pid] } = await workersByName(stack);
    const client = await signedInClient(stack);
    await client.call('session.stats');
    const [, kilobytes] = /VmData:\s*(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
    const [command, ...args] = asHttpdUser('prlimit', '--pid', `${pid}`, `--data=${Number(kilobytes) * 1024 + mebibyte}`);
    execFileSync(command, args);
    const metainfo = Buffer.alloc(8 * mebibyte).toString('base64');
    // It ends before the daemon has anything of it, so the next one does it; the daemon takes it for no torrent.
    await assert.rejects(client.call('torrent.add', { metainfo }), wampError('torrent_ws.error.daemon_refused'));
    await eventually(() => assert.match(stack.errorLog(), /\[torrent_ws:error\] \[pid \d+:tid \d+\] TWS0306: out of memory/));
    await client.call('session.stats');
    await client.close();
  });
});
