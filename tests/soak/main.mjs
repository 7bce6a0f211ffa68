// make soak: what must neither grow nor leak nor crash. SOAK_PARTS=gracefuls,early-ends,connects,leaks,churn
// SOAK_MPMS=event,prefork SOAK_GRACEFULS=100 SOAK_CONNECTS=10000 SOAK_CHECKED_CONNECTS=150 CHURN_SECONDS=600
// are the defaults.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { Report } from '../support/report.mjs';
import { soakConnects } from './connects.mjs';
import { soakEarlyEnds } from './early-ends.mjs';
import { soakGracefuls } from './gracefuls.mjs';
import { checkLeaks } from './leaks.mjs';

// The test of make check, for longer.
async function churn(report) {
  report.section('churn');
  const file = fileURLToPath(new URL('../httpd/churn.test.mjs', import.meta.url));
  const env = { CHURN_SECONDS: '600', ...process.env };
  const [status] = await once(spawn(process.execPath, ['--test', file], { env, stdio: 'inherit' }), 'exit');
  report.figure('exit status of the churn test', status ?? NaN, '', { atMost: 0 });
}

const parts = { gracefuls: soakGracefuls, connects: soakConnects, leaks: checkLeaks, 'early-ends': soakEarlyEnds };
const list = (variable, otherwise) => (process.env[variable] ?? otherwise).split(',');

const report = new Report();
for (const name of list('SOAK_PARTS', 'gracefuls,early-ends,connects,leaks,churn')) {
  if (name === 'churn') await churn(report);
  else for (const mpm of list('SOAK_MPMS', 'event,prefork')) await parts[name](mpm, report);
}
report.conclude();
