// How long the event loop is held up when the first subscriber of a serializer joins a list of 10,000 torrents that
// others look at in JSON, or the first caller asks for it: its longest turn, as an echo sees it.
// node tests/bench/serializers.mjs

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import { BusyDaemon } from '../support/busy-daemon.mjs';
import { median } from '../support/measurements.mjs';
import { eventually } from '../support/patience.mjs';
import { Report } from '../support/report.mjs';
import { serializers } from '../support/serializers.mjs';
import { startStack } from '../support/stack.mjs';
import { signedInClient } from '../support/wamp.mjs';

const torrents = 10_000;
const rounds = Number(process.env.BENCH_ROUNDS || 5);
// What follows an event, such as freeing what it was made of, is done by then.
const settled = 500;
const longerThanCalls = 6000;

async function join(stack, serializer) {
  const client = await signedInClient(stack, { serializer, perMessageDeflate: false });
  return { client, events: await client.subscribe('torrents') };
}

const isWholeList = (event) => Object.keys(event.torrents).length === torrents;

// Each has the whole list, in a serializer, and resolves with its client.
const ways = {
  'somebody joins': async (stack, serializer) => {
    const { client, events } = await join(stack, serializer);
    await events.next(isWholeList);
    return client;
  },
  'somebody calls torrents.snapshot for': async (stack, serializer) => {
    const client = await signedInClient(stack, { serializer, perMessageDeflate: false });
    const { events } = await client.call('torrents.snapshot');
    assert.ok(isWholeList(events[0]));
    return client;
  },
};

// Milliseconds. Begins when nobody has looked for longer than a call does, so that what earlier ones had written is gone.
async function measure(stack, serializer, way, echo) {
  await sleep(longerThanCalls);
  const viewer = await join(stack, 'json');
  await viewer.events.next(isWholeList);
  await sleep(settled);

  await echo(true);
  const client = await way(stack, serializer);
  await sleep(settled);
  const turn = await echo(false);

  await Promise.all([viewer.client.close(), client.close()]);
  await eventually(async () => assert.equal((await stack.status()).subscriptions, 0));
  return turn;
}

const report = new Report();
const daemon = await BusyDaemon.start(torrents);
daemon.calm = true;
const stack = await startStack({ backend: daemon.url, testEndpoints: true, conf: 'TorrentWsPollInterval 10s\n' });
const thread = new Worker(new URL('longest-echo.mjs', import.meta.url), {
  workerData: { stack: { httpUrl: stack.httpUrl, tlsUrl: stack.tlsUrl } },
});
await once(thread, 'message');
const echo = async (begins) => {
  thread.postMessage(begins);
  return (await once(thread, 'message'))[0];
};

for (const [name, way] of Object.entries(ways)) {
  report.section(`the event loop's longest turn when ${name} a list of ${torrents} torrents`);
  for (const serializer of Object.keys(serializers)) {
    const turns = [];
    for (let round = 0; round < rounds; round += 1) turns.push(await measure(stack, serializer, way, echo));
    report.figure(serializer, median(turns), 'ms');
  }
}
await thread.terminate();
await stack.stop();
await daemon.stop();
report.conclude();
