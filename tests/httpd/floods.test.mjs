// One client does as much as it can of something: the others hardly notice. FLOOD_SECONDS: for how long each, at
// least.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { generateLoad } from '../support/generator.mjs';
import { Bystander } from '../support/latency.mjs';
import { memoryOf } from '../support/measurements.mjs';
import { eventually } from '../support/patience.mjs';
import { maskedFrame, RawConnection } from '../support/raw-http.mjs';
import { startStack } from '../support/stack.mjs';

const seconds = Number(process.env.FLOOD_SECONDS || 2);
// Kilobytes that torrent-ws may need more for one client.
const mostMemory = 64 << 10;
const piece = 64 << 10;
const ping = 9;
const largeMessage = 16 << 20;

let stack;
let bystander;
let pid;
let memory;
before(async () => {
  stack = await startStack({ testEndpoints: true });
  bystander = await Bystander.start(stack);
  ({ event_loop: pid } = (await stack.status()).pids);
  memory = memoryOf(pid).anonymous;
});
after(async () => {
  await bystander?.close();
  await stack?.stop();
});

// Sends what `next` gives as fast as it is taken, until `stop`; what comes back is read and dropped.
function flood(connection, next) {
  const { socket } = connection;
  socket.removeAllListeners('data');
  socket.on('error', () => {});
  socket.resume();
  let stopped = false;
  const write = () => {
    while (!stopped && socket.writable && socket.write(next()));
  };
  socket.on('drain', write);
  write();
  return {
    stop() {
      stopped = true;
      connection.close();
    },
  };
}

// The bystander's times while it goes on, for `seconds` at least.
async function assertBearable(t) {
  const end = performance.now() + seconds * 1000;
  do await bystander.assertUndisturbed(t);
  while (performance.now() < end);
  const grown = memoryOf(pid).anonymous - memory;
  t.diagnostic(`${grown} kB more memory`);
  assert.ok(grown < mostMemory, `${grown} kB more memory`);
}

async function assertSame() {
  await eventually(async () => {
    const { pids, jobs, queued_bytes: queued, connections } = await stack.status();
    assert.equal(pids.event_loop, pid);
    assert.deepEqual({ queued, jobs: jobs.queued + jobs.running, ws: connections.ws }, { queued: 0, jobs: 0, ws: 2 });
  });
}

// A session of the site's user, ready for any request.
async function openSession(scheme) {
  const base = scheme === 'ws' ? stack.httpUrl : stack.tlsUrl;
  const connection = await RawConnection.open(base, stack.certificate);
  assert.equal(await connection.upgrade('/wss/'), 101);
  const details = { roles: { caller: {}, subscriber: {} }, authmethods: ['ticket'], authid: '1' };
  connection.send(maskedFrame(JSON.stringify([1, 'torrents', details])));
  await connection.text();
  connection.send(maskedFrame(JSON.stringify([5, await stack.token(), {}])));
  assert.equal(JSON.parse(await connection.text())[0], 2);
  return connection;
}

// Frames of requests with ids that go on, some dozens at a time.
function requests(make) {
  let id = 0;
  return () => Buffer.concat(Array.from({ length: 50 }, () => maskedFrame(JSON.stringify(make((id += 1))))));
}

const messages = {
  'calls that the daemon answers': (id) => [48, id, {}, 'session.stats', [], {}],
  'commands': (id) => [48, id, {}, 'torrent.reannounce', [], { ids: ['0'.repeat(40)] }],
  'calls that the event loop answers': (id) => [48, id, {}, 'torrents.snapshot', [], {}],
  'calls of nothing': (id) => [48, id, {}, 'no.such.procedure', [], {}],
  'subscriptions': (id) => [32, id, {}, 'torrents'],
};

for (const scheme of ['ws', 'wss']) {
  describe(`over ${scheme}`, () => {
    afterEach(assertSame);

    for (const [name, make] of Object.entries(messages)) {
      test(name, async (t) => {
        const flooding = flood(await openSession(scheme), requests(make));
        await assertBearable(t);
        flooding.stop();
      });
    }

    test('pings', async (t) => {
      const pings = Buffer.concat(Array.from({ length: 200 }, () => maskedFrame(randomBytes(100), ping)));
      const flooding = flood(await openSession(scheme), () => pings);
      await assertBearable(t);
      flooding.stop();
    });

    test('garbage, again and again', async (t) => {
      let floods = 0;
      let stopped = false;
      const again = (async () => {
        while (!stopped) {
          const connection = await RawConnection.open(scheme === 'ws' ? stack.httpUrl : stack.tlsUrl, stack.certificate);
          assert.equal(await connection.upgrade('/wss/'), 101);
          const flooding = flood(connection, () => randomBytes(piece));
          await connection.end();
          flooding.stop();
          floods += 1;
        }
      })();
      await assertBearable(t);
      stopped = true;
      await again;
      assert.ok(floods > 10, `${floods} connections`);
    });

    test('a message of 16 MiB that comes slowly', async (t) => {
      const connection = await openSession(scheme);
      const frame = maskedFrame(Buffer.alloc(largeMessage - 1024, 'x'));
      connection.send(frame.subarray(0, largeMessage - piece));
      let sent = largeMessage - piece;
      const trickle = setInterval(() => connection.send(frame.subarray(sent, (sent += 100))), 10);
      await assertBearable(t);
      clearInterval(trickle);
      connection.close();
    });

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
  for (const connection of halves) connection.send('GET /wss/ HTTP/1.1\r\nHost: localhost\r\nConnec');
  await sleep(200);
  await assertBearable(t);
  for (const connection of halves) connection.close();
});
