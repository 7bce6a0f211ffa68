// prefork with few slots: open WebSockets hold none of them, also while children come and go all the time.
// CHURN_SECONDS: how long pages are measured.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openMany } from '../support/echo.mjs';
import { median } from '../support/measurements.mjs';
import { eventually } from '../support/patience.mjs';
import { httpdChildren, identity, isRunning, restartHttpd, scoreboard } from '../support/processes.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';

const seconds = Number(process.env.CHURN_SECONDS || 60);
const blockSeconds = 3;

const startPrefork = (conf) =>
  startStack({
    mpm: 'prefork',
    backend: noDaemon,
    testEndpoints: true,
    conf: `TorrentWsMaxConnections 10000\n${conf}`,
  });

async function assertNobodyBusy(stack) {
  await eventually(async () => {
    const { BusyWorkers, Scoreboard } = await scoreboard(stack);
    // The one that answers this question.
    assert.equal(BusyWorkers, '1');
    assert.match(Scoreboard, /^[_.]*W[_.]*$/, 'a slot is neither free nor waiting');
  });
}

// Milliseconds that a page of PHP takes, on a connection of its own.
async function timeOfPage(stack) {
  const begin = performance.now();
  const { status } = await stack.get('/');
  assert.equal(status, 200);
  return performance.now() - begin;
}

test('500 open connections leave five processes free for pages', async (t) => {
  const stack = await startPrefork('StartServers 5\nMaxSpareServers 5\nMaxRequestWorkers 5\n');
  // httpd says so when all five were busy with handshakes at once.
  t.after(() => stack.stop([/ AH00161: /]));
  const clients = await openMany(stack, 'wss', 500);
  assert.equal((await stack.status()).connections.wss, clients.length);
  await assertNobodyBusy(stack);
  const times = [];
  for (let pages = 0; pages < 50; pages += 1) times.push(await timeOfPage(stack));
  t.diagnostic(`a page took ${median(times).toFixed(1)} ms, the longest ${Math.max(...times).toFixed(1)} ms`);
  await Promise.all(clients.map((client) => client.echo()));
  await Promise.all(clients.map((client) => client.close()));
});

test(`200 connections whose children left do not slow down pages under churn (${seconds} s)`, async (t) => {
  const few = 'StartServers 1\nMinSpareServers 1\nMaxSpareServers 2\nMaxRequestWorkers 4\nMaxConnectionsPerChild 8\n';
  const allowed = [/ AH00161: /];
  const crowded = await startPrefork(few);
  t.after(() => crowded.stop(allowed));
  const empty = await startPrefork(few);
  t.after(() => empty.stop(allowed));
  const clients = await openMany(crowded, 'wss', 200, 4);
  // So that every connection is in a relay process, and both begin anew.
  await Promise.all([crowded, empty].map((stack) => restartHttpd(stack)));
  await eventually(async () => assert.equal((await crowded.status()).connections.relay, clients.length));
  const relays = (await crowded.status()).pids.relays.map(identity);
  const children = await httpdChildren(crowded);

  // In turns, so that both see the same weather.
  const times = new Map([
    [empty, []],
    [crowded, []],
  ]);
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    for (const [stack, all] of times) {
      const endOfBlock = performance.now() + blockSeconds * 1000;
      while (performance.now() < endOfBlock) all.push(await timeOfPage(stack));
    }
  }
  const [without, with200] = [times.get(empty), times.get(crowded)];
  const [quiet, busy] = [median(without), median(with200)];
  t.diagnostic(`${with200.length} pages with 200 connections, ${without.length} without`);
  t.diagnostic(`median of a page: ${busy.toFixed(2)} ms with, ${quiet.toFixed(2)} ms without`);
  t.diagnostic(`ratio of the medians: ${(busy / quiet).toFixed(2)}`);
  assert.ok(busy < 3 * quiet, `${busy} ms for a page, ${quiet} ms without the connections`);

  // httpd's children left all the time; the relay processes are those of the beginning.
  const now = await httpdChildren(crowded);
  assert.deepEqual(
    children.filter((child) => now.some(({ pid, start }) => pid === child.pid && start === child.start)),
    [],
  );
  assert.ok(relays.every(isRunning), 'a relay process has ended');
  assert.equal((await crowded.status()).connections.relay, clients.length);
  await assertNobodyBusy(crowded);
  await Promise.all(clients.map((client) => client.echo()));
  await Promise.all(clients.map((client) => client.close()));
  await eventually(() => assert.ok(!relays.some(isRunning), 'a relay process outlives its connections'));
});
