// A token database that cannot be written: sign-ins by token fail or wait, and nobody else does.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { lockDatabase } from '../support/database-lock.mjs';
import { unexpectedLines } from '../support/error-log.mjs';
import { Bystander } from '../support/latency.mjs';
import { eventually } from '../support/patience.mjs';
import { killHard, workersOf } from '../support/processes.mjs';
import { SmallDisk } from '../support/small-disk.mjs';
import { startStack } from '../support/stack.mjs';
import { signedInClient, signIn, tokens, WampError } from '../support/wamp.mjs';

const unavailable = (error) => error instanceof WampError && error.uri === 'torrent_ws.error.database_unavailable';

describe('a full disk', { skip: process.getuid() !== 0 && 'needs root, to mount one' }, () => {
  const disks = {};
  let stack;
  let bystander;
  before(async () => {
    for (const name of ['database', 'logs']) disks[name] = new SmallDisk();
    const database = disks.database.path('tokens.sqlite');
    stack = await startStack({
      testEndpoints: true,
      conf: `TorrentWsDatabase ${database}\nSetEnv TORRENT_WS_DATABASE ${database}
ErrorLog ${disks.logs.path('error.log')}\nTorrentWsAccessLog ${disks.logs.path('access.log')}\n`,
    });
    // Its sign-in has a worker keep the database open.
    bystander = await Bystander.start(stack);
  });
  after(async () => {
    await bystander?.close();
    await stack?.stop();
    const text = fs.readFileSync(disks.logs.path('error.log'), 'utf8');
    assert.deepEqual(unexpectedLines(text, [/ TWS0201: /, / TWS0303: /]), []);
    for (const disk of Object.values(disks)) disk.remove();
  });

  test('of the database: sign-ins are refused, who is in goes on, and then all is well', async (t) => {
    const issued = await tokens(stack, 8);
    for (const token of issued) {
      disks.database.fill();
      await assert.rejects(signIn(stack, token), unavailable);
    }
    await bystander.assertUndisturbed(t);
    const lines = fs.readFileSync(disks.logs.path('error.log'), 'utf8').match(/ TWS0303: .*/g);
    assert.equal(new Set(lines).size, lines.length, 'a line twice');
    assert.ok(lines.length < issued.length, `${lines.length} lines`);
    assert.match(lines[0], /full|disk/);
    disks.database.free();
    for (const token of issued) await signIn(stack, token);
    await (await signedInClient(stack)).close();
  });

  test('of the logs: nothing is missed but lines', async (t) => {
    disks.logs.fill();
    const size = fs.statSync(disks.logs.path('error.log')).size;
    const { pool, daemon } = await workersOf(stack);
    await Promise.all([...pool, daemon].map(killHard));
    await eventually(() => bystander.roundTrips['session.stats']());
    const clients = await Promise.all(['ws', 'wss', 'ws', 'wss'].map((scheme) => signedInClient(stack, { scheme })));
    await Promise.all(clients.map((client) => client.close()));
    await bystander.assertUndisturbed(t);
    assert.ok(fs.statSync(disks.logs.path('error.log')).size < size + 4096, 'the disk was not full');
    disks.logs.free();
    await killHard((await workersOf(stack)).pool[0]);
    await eventually(() =>
      assert.ok(fs.readFileSync(disks.logs.path('error.log'), 'utf8').trimEnd().split('\n').at(-1).includes('TWS0201')),
    );
  });
});

describe('a database that PHP has locked', () => {
  // The worker waits for five seconds.
  const short = 2000;
  const long = 7000;
  let stack;
  let bystander;
  before(async () => {
    stack = await startStack({ testEndpoints: true });
    bystander = await Bystander.start(stack);
  });
  after(async () => {
    await bystander?.close();
    await stack?.stop([/ TWS0303: /]);
  });

  for (const [name, milliseconds] of Object.entries({ 'for a moment': short, 'for long': long })) {
    test(`${name}: sign-ins wait, and other calls do not`, async (t) => {
      const issued = await tokens(stack, 4);
      const unlock = await lockDatabase(stack);
      const begin = performance.now();
      const outcomes = Promise.allSettled(issued.map((token) => signIn(stack, token)));
      await bystander.assertUndisturbed(t);
      await sleep(Math.max(0, milliseconds - (performance.now() - begin)));
      await unlock();
      const failed = (await outcomes).filter(({ status }) => status === 'rejected');
      for (const { reason } of failed) assert.ok(unavailable(reason), String(reason));
      t.diagnostic(`${failed.length} of ${issued.length} refused`);
      if (milliseconds === short) assert.equal(failed.length, 0);
      else assert.ok(failed.length > 0, 'nobody was refused');
      await (await signedInClient(stack)).close();
    });
  }
});
