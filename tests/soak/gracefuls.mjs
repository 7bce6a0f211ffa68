// Graceful restarts under load: nobody is dropped, and nothing is left behind or grows.

import assert from 'node:assert/strict';

import { memoryOf, servingProcesses, slopeOf } from '../support/measurements.mjs';
import { eventually } from '../support/patience.mjs';
import { startStack } from '../support/stack.mjs';
import { Load } from './load.mjs';
import { afterWarmUp, reportTrends, sample } from './samples.mjs';
import { SecondHttpd } from './second-httpd.mjs';

// With fewer than 24, relay processes still get more when warm-up is over: each restart adds one until all clients
// were renewed.
const gracefuls = Number(process.env.SOAK_GRACEFULS || 100);
const clientsOfAKind = 8;

// So few that a generation is soon there and gone.
const children = {
  event:
    'StartServers 2\nThreadsPerChild 8\nMinSpareThreads 8\nMaxSpareThreads 16\nServerLimit 8\nMaxRequestWorkers 64\n',
  prefork: 'StartServers 3\nMinSpareServers 2\nMaxSpareServers 4\nMaxRequestWorkers 12\n',
};

// What may come on top of httpd's own growth: kilobytes at each graceful restart, and what a sample may differ
// from another one by chance, kilobytes and descriptors or processes, over the whole run.
const mostMemory = 8;
const ownChance = { kB: 600, '': 4 };
// Of the comparison with httpd without the module: relay processes are some restarts old.
const tolerance = 1.2;
const peerMemory = 'memory of the parent of httpd without the module';

// httpd loses memory of its own at each restart, with mod_php about 110 kB: the same httpd without the module,
// restarted as often, tells how much.
export function startPeer(stack) {
  const alter = (text) => text.replace(/^ *(LoadModule torrent_ws|TorrentWs).*$/gm, '');
  return SecondHttpd.start(stack, 'peer', { alter });
}

async function graceful(stack) {
  const parent = stack.pid('httpd');
  const children = () => servingProcesses(stack).filter(({ pid, role }) => role === 'httpd' && pid !== parent);
  const before = new Set(children().map(({ pid }) => pid));
  process.kill(parent, 'SIGUSR1');
  await eventually(() => {
    const now = children();
    assert.ok(now.length > 0 && now.every(({ pid }) => !before.has(pid)), 'children of before are still there');
  });
}

export async function soakGracefuls(mpm, report) {
  report.section(`${gracefuls} graceful restarts under load, ${mpm} MPM`);
  const stack = await startStack({ mpm, conf: children[mpm] });
  try {
    const peer = await startPeer(stack);
    const samples = [];
    try {
      await restartUnderLoad(stack, report, () => {
        process.kill(peer.pid, 'SIGUSR1');
        samples.push(sampleWithPeer(stack, peer));
      });
    } finally {
      await peer.stop();
    }
    reportTrends(report, samples, 'graceful', boundsFor(samples, ownChance));
  } finally {
    // Fails when a process is left, or the error log has a line that is no notice.
    await stack.stop();
  }
}

export const sampleWithPeer = (stack, peer) => ({ ...sample(stack), [peerMemory]: memoryOf(peer.pid).anonymous });

// Children and relay processes inherit what the parent has. chance: what samples differ without a reason, over the run.
export function boundsFor(samples, chance) {
  const settled = afterWarmUp(samples);
  const ofHttpd = Math.max(0, slopeOf(settled.map((each) => each[peerMemory]))) * tolerance;
  const { 'processes of httpd': httpd, 'relay processes': relays } = settled.at(-1);
  return (name, unit) => {
    if (name === peerMemory) return Infinity;
    const byChance = chance[unit] / settled.length;
    if (unit === '') return byChance;
    if (name === 'PSS of all') return byChance + (mostMemory + ofHttpd) * (httpd + relays);
    return byChance + mostMemory + (/^memory of .*(parent|child|relay)/.test(name) ? ofHttpd : 0);
  };
}

async function restartUnderLoad(stack, report, afterEach) {
  const load = new Load(stack);
  await load.start(clientsOfAKind);
  const { event_loop: first } = (await stack.status()).pids;
  for (let i = 0; i < gracefuls; ++i) {
    await graceful(stack);
    await load.renew();
    await load.everybodyAnswers();
    load.check();
    afterEach();
  }
  const { pids, worker_restarts: restarts } = await stack.status();
  assert.equal(pids.event_loop, first, 'torrent-ws is another process');
  assert.equal(restarts, 0);
  await load.stop();
  load.check();
  await eventually(() => {
    const left = servingProcesses(stack).filter(({ role }) => role === 'relay');
    assert.deepEqual(left, [], 'relay processes without connections');
  });
  report.figure('calls answered', load.calls);
  report.figure('pages served', load.pages);
}
