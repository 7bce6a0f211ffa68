// One client does as much as it can of something: the others hardly notice. FLOOD_SECONDS: for how long each, at
// least.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { floods, startFlood } from '../support/flooder.mjs';
import { generateLoad } from '../support/generator.mjs';
import { Bystander } from '../support/latency.mjs';
import { memoryOf } from '../support/measurements.mjs';
import { eventually } from '../support/patience.mjs';
import { RawConnection } from '../support/raw-http.mjs';
import { startStack } from '../support/stack.mjs';

const seconds = Number(process.env.FLOOD_SECONDS || 1);
const maxQueued = 4 << 20;
// Kilobytes: a queue of small frames takes several times their bytes.
const mostMemory = 64 << 10;

let stack;
let bystander;
let pid;
let memory;
before(async () => {
  stack = await startStack({ testEndpoints: true, conf: `TorrentWsMaxQueuedBytes ${maxQueued}\n` });
  bystander = await Bystander.start(stack);
  ({ event_loop: pid } = (await stack.status()).pids);
  memory = memoryOf(pid).anonymous;
});
after(async () => {
  await bystander?.close();
  await stack?.stop();
});

// The bystander's times while it goes on, for `seconds` at least.
async function assertBearable(t) {
  const end = performance.now() + seconds * 1000;
  do await bystander.assertUndisturbed(t);
  while (performance.now() < end);
  const grown = memoryOf(pid).anonymous - memory;
  t.diagnostic(`${grown} kB more memory`);
  assert.ok(grown < mostMemory, `${grown} kB more memory`);
}

for (const scheme of ['ws', 'wss']) {
  describe(`over ${scheme}`, () => {
    afterEach(() =>
      eventually(async () => {
        const { pids, jobs, queued_bytes: queued, connections } = await stack.status();
        assert.equal(pids.event_loop, pid);
        const left = { queued, jobs: jobs.queued + jobs.running, ws: connections.ws, wss: connections.wss };
        assert.deepEqual(left, { queued: 0, jobs: 0, ws: 2, wss: 0 });
      }),
    );

    for (const kind of floods) {
      test(kind, async (t) => {
        const stop = await startFlood(stack, scheme, kind);
        try {
          await assertBearable(t);
        } finally {
          t.diagnostic((await stop()) ? 'the server had ended it' : 'it went on to the end');
        }
      });
    }

    test('connects and closes', async (t) => {
      const base = scheme === 'ws' ? stack.httpUrl : stack.tlsUrl;
      const load = generateLoad(base, { path: '/wss/', ending: 'vanish', at_once: 8, seconds: seconds + 1 });
      await assertBearable(t);
      const { completed, failed, firstFailure } = await load;
      assert.equal(failed, 0, firstFailure);
      t.diagnostic(`${completed} connects`);
    });
  });
}

test('half a request head on many connections', async (t) => {
  const halves = await Promise.all(
    Array.from({ length: 100 }, () => RawConnection.open(stack.httpUrl, stack.certificate)),
  );
  try {
    for (const connection of halves) connection.send('GET /wss/ HTTP/1.1\r\nHost: localhost\r\nConnec');
    await assertBearable(t);
  } finally {
    for (const connection of halves) connection.close();
  }
});
