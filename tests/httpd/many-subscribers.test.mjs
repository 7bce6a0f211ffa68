// A daemon is asked as often for five hundred subscribers as for one, and not at all for none. SUBSCRIBERS: how many.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { BusyDaemon } from '../support/busy-daemon.mjs';
import { eventually } from '../support/patience.mjs';
import { openSubscribers } from '../support/raw-subscriber.mjs';
import { forms } from '../support/serializers.mjs';
import { startStack } from '../support/stack.mjs';

const many = Number(process.env.SUBSCRIBERS || 500);
const interval = 500;
// A poll is two requests; with each sweep, every 30 s, there is one more.
const requestsOfPoll = 2;
const counted = 10;

let daemon;
let stack;
before(async () => {
  daemon = await BusyDaemon.start(10);
  // Who only counts what comes answers no pings.
  stack = await startStack({
    backend: daemon.url,
    conf: `TorrentWsPollInterval ${interval}ms\nTorrentWsPingInterval 1h\n`,
  });
});
after(async () => {
  await stack?.stop();
  await daemon?.stop();
});

// What the daemon was asked in some intervals, while each of the clients gets what changes.
async function requestsWhile(clients) {
  const subscriptions = async () => assert.equal((await stack.status()).subscriptions, clients.length);
  await eventually(subscriptions);
  await eventually(() => assert.ok(clients.every(({ bytes }) => bytes > 0)));
  const [before, bytes, begin] = [daemon.requests, clients.map((client) => client.bytes), performance.now()];
  await sleep(counted * interval);
  const requests = daemon.requests - before;
  const intervals = (performance.now() - begin) / interval;
  await eventually(() =>
    assert.ok(
      clients.every((client, at) => client.bytes > bytes[at]),
      'all are told of changes',
    ),
  );
  await subscriptions();
  return { requests, intervals };
}

test('the daemon is asked the same', async (t) => {
  const [one] = await openSubscribers(stack, 1);
  const alone = await requestsWhile([one]);
  const others = await Promise.all(
    forms.map((form, at) => openSubscribers(stack, Math.ceil((many - 1 - at) / forms.length), form)),
  );
  const all = [one, ...others.flat()];
  const together = await requestsWhile(all);
  await Promise.all(all.map((client) => client.close()));
  t.diagnostic(`in ${counted} intervals: ${alone.requests} requests for one, ${together.requests} for ${all.length}`);
  for (const { requests, intervals } of [alone, together]) {
    assert.ok(requests >= requestsOfPoll, 'is not asked');
    assert.ok(requests <= requestsOfPoll * (intervals + 1) + 1, `${requests} in ${intervals} intervals`);
  }

  await eventually(async () => assert.equal((await stack.status()).subscriptions, 0));
  // A poll that is under way ends.
  await sleep(2 * interval);
  const { requests } = daemon;
  await sleep(counted * interval);
  assert.equal(daemon.requests, requests, 'it is asked for nobody');
});
