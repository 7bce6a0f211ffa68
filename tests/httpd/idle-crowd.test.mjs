// Many connections that do nothing cost the others nothing. CROWD_CONNECTIONS: how many.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Connections } from '../bench/connections.mjs';
import { Bystander } from '../support/latency.mjs';
import { processorSeconds } from '../support/measurements.mjs';
import { startStack } from '../support/stack.mjs';

const crowd = Number(process.env.CROWD_CONNECTIONS || 2000);
const calls = 20_000;
// Milliseconds of torrent-ws for a call: what may come on top of twice that of quiet times.
const chance = 0.02;

let stack;
let bystander;
before(async () => {
  stack = await startStack({ testEndpoints: true, conf: 'TorrentWsMaxConnections 100000\n' });
  bystander = await Bystander.start(stack);
});
after(async () => {
  await bystander?.close();
  await stack?.stop();
});

// Milliseconds of processor time that torrent-ws takes for an echo, all else that it does in that time included.
async function costOfEcho() {
  const { event_loop: pid } = (await stack.status()).pids;
  const begin = processorSeconds([pid]);
  for (let i = 0; i < calls; i += 1) await bystander.roundTrips['an echo']();
  return ((processorSeconds([pid]) - begin) / calls) * 1000;
}

for (const [scheme, withSession] of [
  ['ws', true],
  ['wss', false],
]) {
  test(`${crowd} idle ${scheme} connections`, async (t) => {
    const quiet = await costOfEcho();
    const others = new Connections(stack, scheme, '/wss/', { withSession, others: scheme === 'ws' ? 2 : 0 });
    await others.grow(crowd);
    await bystander.assertUndisturbed(t);
    const crowded = await costOfEcho();
    t.diagnostic(`torrent-ws takes ${crowded.toFixed(3)} ms for an echo; ${quiet.toFixed(3)} ms without the crowd`);
    assert.ok(crowded < 2 * quiet + chance, `${crowded} ms for an echo, ${quiet} ms without the crowd`);
    await others.close();
    await bystander.assertUndisturbed(t);
  });
}
