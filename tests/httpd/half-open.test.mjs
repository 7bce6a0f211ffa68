// Clients that are gone without a word: a ping that is not answered tells it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { startIdleClient } from '../support/idle-client.mjs';
import { Bystander } from '../support/latency.mjs';
import { eventually } from '../support/patience.mjs';
import { startStack } from '../support/stack.mjs';

const interval = 1000;

let stack;
let bystander;
before(async () => {
  stack = await startStack({ testEndpoints: true, conf: `TorrentWsPingInterval ${interval / 1000}s\n` });
  bystander = await Bystander.start(stack);
});
after(async () => {
  await bystander?.close();
  await stack?.stop();
});

const open = async (scheme) => (await stack.status()).connections[scheme];

for (const scheme of ['ws', 'wss']) {
  for (const topic of [undefined, 'torrents']) {
    test(`over ${scheme}, ${topic ? `subscribed to ${topic}` : 'idle'}`, async (t) => {
      const before = await open(scheme);
      const client = await startIdleClient(stack, scheme, topic);
      try {
        // While it answers, it stays, though it says nothing.
        await sleep(3 * interval);
        assert.equal(await open(scheme), before + 1);

        process.kill(client.pid, 'SIGSTOP');
        const begin = performance.now();
        await eventually(async () => assert.equal(await open(scheme), before));
        const taken = performance.now() - begin;
        t.diagnostic(`gone after ${taken.toFixed()} ms`);
        // An answer of just before, the interval, and half of it for the answer; the rest is for a busy machine.
        assert.ok(taken < 2.5 * interval + 5000, `gone after ${taken} ms`);
        await bystander.assertUndisturbed(t);
      } finally {
        await client.end();
      }
    });
  }
}

test('who answers stays', async (t) => {
  await sleep(3 * interval);
  await bystander.assertUndisturbed(t);
});
