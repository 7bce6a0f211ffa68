// What is taken down again and again during a soak, and what the figures must not do: rise.

import {
  memoryOf,
  pssOf,
  servingProcesses,
  sharedMemoryOf,
  sharedSegments,
  slopeOf,
} from '../support/measurements.mjs';
import { descriptorsOf } from '../support/sockets.mjs';

const count = (pid) => Object.keys(descriptorsOf(pid)).length;
const sum = (values) => values.reduce((total, value) => total + value, 0);
const mean = (values) => (values.length ? sum(values) / values.length : 0);

// One value of everything that is watched. Memory is anonymous memory, since what a process counts as its own
// alone depends on how many others there are.
export function sample(stack) {
  const parent = stack.pid('httpd');
  const processes = servingProcesses(stack);
  const pids = (wanted) =>
    processes.filter(({ pid, role }) => role === wanted && pid !== parent).map(({ pid }) => pid);
  const of = (wanted, figure) => pids(wanted).map(figure);
  const anonymous = (pid) => memoryOf(pid).anonymous;
  return {
    'processes of httpd': pids('httpd').length + 1,
    'relay processes': pids('relay').length,
    'other processes': pids('worker').length + pids('torrent-ws').length,
    'descriptors of the parent': count(parent),
    'descriptors of a child': mean(of('httpd', count)),
    'descriptors of torrent-ws': sum(of('torrent-ws', count)),
    'descriptors of a relay process': mean(of('relay', count)),
    'shared memory of the parent': sharedMemoryOf(parent),
    'shared memory of torrent-ws': sum(of('torrent-ws', sharedMemoryOf)),
    'segments of System V shared memory': sharedSegments(processes.map(({ pid }) => pid)),
    'memory of the parent': anonymous(parent),
    'memory of a child': mean(of('httpd', anonymous)),
    'memory of a relay process': mean(of('relay', anonymous)),
    'memory of torrent-ws': sum(of('torrent-ws', anonymous)),
    'memory of workers': sum(of('worker', anonymous)),
    'PSS of all': pssOf(processes),
  };
}

// Without the first third.
export const afterWarmUp = (samples) => samples.slice(Math.ceil(samples.length / 3));

// The figures of samples, each with its level and how much it rises at one step of `what`. bounds: the most that
// each may rise in a step, a function of its name and unit.
export function reportTrends(report, samples, what, bounds) {
  const settled = afterWarmUp(samples);
  for (const name of Object.keys(settled[0])) {
    const values = settled.map((each) => each[name]);
    const isMemory = /^(shared )?memory|^PSS/.test(name);
    const unit = isMemory ? 'kB' : '';
    report.figure(`${name}, mean`, mean(values), unit);
    report.figure(`  rises at each ${what} by`, slopeOf(values), unit, { atMost: bounds(name, unit) });
  }
}
