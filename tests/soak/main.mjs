// make soak: what must neither grow nor leak nor crash. SOAK_PARTS=gracefuls,early-ends,connects,leaks,kills,
// states,churn,crowd,floods SOAK_MPMS=event,prefork SOAK_GRACEFULS=100 SOAK_CONNECTS=10000 SOAK_CHECKED_CONNECTS=150
// SOAK_KILL_SECONDS=600 SOAK_STATES_SECONDS=300 CHURN_SECONDS=600 CROWD_CONNECTIONS=10000 FLOOD_SECONDS=60 are the defaults.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { Report } from '../support/report.mjs';
import { soakConnects } from './connects.mjs';
import { soakEarlyEnds } from './early-ends.mjs';
import { soakGracefuls } from './gracefuls.mjs';
import { soakKills } from './kills.mjs';
import { checkLeaks } from './leaks.mjs';
import { soakStates } from './states.mjs';

// Tests of make check, for longer.
const tests = {
  churn: ['churn.test.mjs', { CHURN_SECONDS: '600' }],
  crowd: ['idle-crowd.test.mjs', { CROWD_CONNECTIONS: '10000' }],
  floods: ['floods.test.mjs', { FLOOD_SECONDS: '60' }],
};

async function runTest(name, report) {
  report.section(name);
  const [file, defaults] = tests[name];
  const where = fileURLToPath(new URL(`../httpd/${file}`, import.meta.url));
  const env = { ...defaults, ...process.env };
  const [status] = await once(spawn(process.execPath, ['--test', where], { env, stdio: 'inherit' }), 'exit');
  report.figure(`exit status of the ${name} test`, status ?? NaN, '', { atMost: 0 });
}

const parts = {
  gracefuls: soakGracefuls,
  connects: soakConnects,
  leaks: checkLeaks,
  'early-ends': soakEarlyEnds,
  kills: soakKills,
  states: soakStates,
};
const list = (variable, otherwise) => (process.env[variable] ?? otherwise).split(',');

const report = new Report();
for (const name of list('SOAK_PARTS', 'gracefuls,early-ends,connects,leaks,kills,states,churn,crowd,floods')) {
  if (name in tests) await runTest(name, report);
  else for (const mpm of list('SOAK_MPMS', 'event,prefork')) await parts[name](mpm, report);
}
report.conclude();
