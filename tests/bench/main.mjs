// make bench: what connections, WAMP messages and publications from outside cost, beside peers in the same run.
// BENCH_MPMS=event, BENCH_ROUNDS=3 and BENCH_CONNECTIONS=500 make it shorter.

import { Report } from '../support/report.mjs';
import { measureHandshakes } from './handshakes.mjs';
import { measureMemory } from './memory.mjs';
import { measurePush } from './push.mjs';
import { mpms, withStack } from './stacks.mjs';
import { measureTunnels } from './tunnels.mjs';
import { measureWampRates } from './wamp-rates.mjs';
import { measureWorkers } from './workers.mjs';

const wanted = process.env.BENCH_MPMS?.split(',') ?? mpms;
const report = new Report();
for (const mpm of wanted) {
  report.section(`=== ${mpm} MPM ===`);
  await withStack(mpm, 'debian', async (stack) => {
    await measureWorkers(stack, report);
    await measureTunnels(stack, report);
  });
  await withStack(mpm, 'fixed', async (stack) => {
    await measureMemory(stack, report);
    await measureHandshakes(stack, report);
  });
}
report.section('=== WAMP ===');
await measureWampRates(report);
report.section('=== publishing from outside ===');
await measurePush(report);
report.conclude();
