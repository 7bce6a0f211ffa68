// The clock of the machine jumps an hour forward and back: sessions stay, timers keep their pace, tokens go by the
// clock. All of httpd, mod_php in it, torrent-ws and its workers have a clock of their own here (libfaketime).

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Bystander } from '../support/latency.mjs';
import { processorSeconds } from '../support/measurements.mjs';
import { startStack } from '../support/stack.mjs';
import { TorrentView } from '../support/torrent-view.mjs';
import { endpoint, signedInClient, WampClient, WampError } from '../support/wamp.mjs';

const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
const hour = 3600;
// The demo's poll interval is a second, and a poll two requests.
const mostRequests = 4;

const authenticationFailed = (error) =>
  error instanceof WampError && error.uri === 'wamp.error.authentication_failed';

let folder;
let stack;
let bystander;
let client;
let view;
before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-clock-'));
  fs.chmodSync(folder, 0o755);
  setClock(0);
  stack = await startStack({
    mpm: 'prefork', // PHP in the same processes, so it has the same clock
    testEndpoints: true,
    environment: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: path.join(folder, 'clock'),
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  });
  bystander = await Bystander.start(stack);
  client = await signedInClient(stack, { scheme: 'wss' });
  view = new TorrentView(await client.subscribe('torrents'));
  await view.advance();
});
after(async () => {
  await client?.close();
  await bystander?.close();
  await stack?.stop();
  fs.rmSync(folder, { recursive: true });
});

// Seconds that the clock is ahead of ours.
function setClock(seconds) {
  const file = path.join(folder, 'clock');
  fs.writeFileSync(`${file}.new`, `${seconds >= 0 ? '+' : ''}${seconds}\n`);
  fs.renameSync(`${file}.new`, file);
}

async function signIn(token) {
  const visitor = await WampClient.open(endpoint(stack).url);
  await visitor.signIn(1, token);
  await visitor.close();
}

async function clockOfHttpd() {
  const { headers } = await stack.get('/token.php');
  return Date.parse(headers.date) / 1000;
}

async function assertGoesOn(t, ahead) {
  const { event_loop: pid } = (await stack.status()).pids;
  assert.ok(Math.abs((await clockOfHttpd()) - Date.now() / 1000 - ahead) < 60, 'the clock has not jumped');
  await bystander.assertUndisturbed(t);
  await sleep(2000); // the worker tells of its requests with its next polls
  const { requests } = (await stack.status()).backends.main;
  const begin = processorSeconds([pid]);
  const { revision } = view;
  await sleep(3000);
  await view.until((seen) => seen.revision > revision);
  const asked = (await stack.status()).backends.main.requests - requests;
  const used = processorSeconds([pid]) - begin;
  t.diagnostic(`${asked} requests to the daemon and ${used} s of processor time in 3 s`);
  assert.ok(asked > 0 && asked <= 3 * mostRequests, `${asked} requests`);
  assert.ok(used < 1, `${used} s of processor time`);
  assert.equal((await stack.status()).pids.event_loop, pid);
  await client.call('session.stats');
}

test('an hour forward: sessions stay, and tokens of before have expired', async (t) => {
  const old = await stack.token();
  setClock(hour);
  await assertGoesOn(t, hour);
  await assert.rejects(signIn(old), authenticationFailed);
  await signIn(await stack.token());
});

test('and back: sessions stay, and a new token works', async (t) => {
  const ofTheFuture = await stack.token();
  setClock(0);
  await assertGoesOn(t, 0);
  await signIn(await stack.token());
  // It says until when it holds, and by no clock is that over.
  await signIn(ofTheFuture);
});
