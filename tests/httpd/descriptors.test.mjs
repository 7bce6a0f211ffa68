// torrent-ws without descriptors: who is connected stays, who comes is told, and nothing is busy with it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { EchoClient, openMany } from '../support/echo.mjs';
import { runAsHttpdUser } from '../support/httpd-user.mjs';
import { Bystander } from '../support/latency.mjs';
import { processorSeconds } from '../support/measurements.mjs';
import { eventually } from '../support/patience.mjs';
import { killHard, workersOf } from '../support/processes.mjs';
import { RawConnection } from '../support/raw-http.mjs';
import { descriptorsOf } from '../support/sockets.mjs';
import { startStack } from '../support/stack.mjs';

// As mod_torrent_ws/websocket/descriptors.cpp keeps them.
const reserve = 16;
const room = 20;
const unavailable = 503;

const linesOf = (stack, code) => stack.errorLog().match(new RegExp(` ${code}: .*`, 'g')) ?? [];

const setLimit = (pid, count) => runAsHttpdUser(['prlimit', '--pid', pid, `--nofile=${count}:`]);

// torrent-ws may have so many more descriptors than it has.
async function limit(stack, more) {
  const { event_loop: pid } = (await stack.status()).pids;
  const most = Math.max(...Object.keys(descriptorsOf(pid)).map(Number)) + 1 + more;
  await setLimit(pid, most);
  return pid;
}

// The status that an upgrade gets, or 0 when the connection is closed without one.
async function statusOfUpgrade(base, ca) {
  const connection = await RawConnection.open(base, ca);
  try {
    return await connection.upgrade();
  } catch (error) {
    assert.match(error.message, /the connection ended/);
    return 0;
  } finally {
    connection.close();
  }
}

describe('torrent-ws has hardly a descriptor left', () => {
  let stack;
  let bystander;
  before(async () => {
    stack = await startStack({ testEndpoints: true });
    bystander = await Bystander.start(stack);
  });
  after(async () => {
    await bystander?.close();
    await stack?.stop([/ TWS0202: /, / TWS0201: /]);
  });

  test('clients are refused with 503, and the others go on', async (t) => {
    const pid = await limit(stack, room + reserve);
    const clients = [];
    for (let full = false; !full;) {
      const client = await EchoClient.open(stack).catch((error) => {
        assert.match(error.message, /503/);
        full = true;
      });
      if (client) clients.push(client);
      assert.ok(clients.length <= room, `${clients.length} clients in`);
    }
    assert.ok(clients.length > room / 2, `${clients.length} clients in`);
    for (const base of [stack.httpUrl, stack.tlsUrl]) {
      for (let tries = 0; tries < 20; tries += 1) {
        assert.equal(await statusOfUpgrade(base, stack.certificate), unavailable);
      }
    }
    await bystander.assertUndisturbed(t);
    await Promise.all(clients.map((client) => client.echo()));

    // What it needs itself it still gets.
    const { daemon } = await workersOf(stack);
    await killHard(daemon);
    await eventually(() => bystander.roundTrips['session.stats']());

    const lines = linesOf(stack, 'TWS0202');
    assert.equal(lines.length, 1, 'one line for all');
    assert.match(lines[0], /LimitNOFILE/);
    assert.ok((await stack.status()).refused.descriptors >= 40);

    // It waits for something to happen, and does not try again and again.
    const begin = processorSeconds([pid]);
    await sleep(2000);
    const used = processorSeconds([pid]) - begin;
    t.diagnostic(`${used} s of processor time in two seconds`);
    assert.ok(used < 0.5, `${used} s of processor time in two seconds`);

    await Promise.all(clients.map((client) => client.close()));
    const again = await eventually(() => openMany(stack, 'ws', room / 2));
    await Promise.all(again.map((client) => client.close()));
  });

  test('with none at all, a connection is closed and nothing hangs', async (t) => {
    const before = (await stack.status()).refused.descriptors;
    const pid = await limit(stack, 0);
    for (const base of [stack.httpUrl, stack.tlsUrl]) {
      for (let tries = 0; tries < 10; tries += 1) {
        assert.equal(await statusOfUpgrade(base, stack.certificate), 0);
      }
    }
    await bystander.assertUndisturbed(t);
    await setLimit(pid, 4096);
    const refusals = (await eventually(() => stack.status())).refused.descriptors;
    assert.ok(refusals >= before + 20, `${refusals - before} counted`);
    const clients = await openMany(stack, 'wss', room);
    await Promise.all(clients.map((client) => client.close()));
    assert.equal(linesOf(stack, 'TWS0202').length, 1, 'told once a minute');
    assert.equal((await stack.status()).pids.event_loop, pid);
  });
});
