// What the processes of a stack cost: memory and time. Needs root, as what serves is not its user's to read.

import fs from 'node:fs';

const ticksPerSecond = 100;

// What a process that has just ended would have said.
function read(pid, file) {
  try {
    return fs.readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(error.code)) return '';
    throw error;
  }
}

const roles = {
  apache2: 'httpd',
  'torrent-ws': 'torrent-ws',
  'torrent-ws-work': 'worker',
  'tws-relay': 'relay',
};

// The processes that serve, whosever children they are: [{pid, role}], a role being httpd, torrent-ws,
// worker or relay. They inherited the stack's name in their environment.
export function servingProcesses(stack) {
  const mark = `DEMO_DATA=${stack.root}/data`;
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid: Number(pid), role: roles[read(pid, 'comm').trim()] }))
    .filter(({ pid, role }) => role && read(pid, 'environ').split('\0').includes(mark));
}

// Kilobytes of memory: {pss, private, anonymous}. A page that several processes share counts in each one's pss
// by its part, and in anonymous with all of it. Pages of files do not count in either: other programs on the
// machine share them, so their part changes with what else runs.
export function memoryOf(pid) {
  const rollup = read(pid, 'smaps_rollup');
  const field = (name) => Number(new RegExp(`^${name}: *(\\d+) kB$`, 'm').exec(rollup)?.[1] ?? 0);
  const own = field('Private_Clean') + field('Private_Dirty');
  return { pss: field('Pss_Anon') + field('Pss_Shmem'), private: own, anonymous: field('Anonymous') };
}

export const pssOf = (processes) => processes.reduce((sum, { pid }) => sum + memoryOf(pid).pss, 0);

// Kilobytes that a process shares with others on purpose: mapped files do not count, unless in /dev/shm.
export function sharedMemoryOf(pid) {
  const shared = read(pid, 'maps')
    .split('\n')
    .filter((line) => /^\S+ ..\Ss /.test(line) && /\/dev\/zero|\/SYSV|\/dev\/shm\//.test(line));
  const sizes = shared.map((line) => {
    const [from, to] = line.split(' ')[0].split('-');
    return Number.parseInt(to, 16) - Number.parseInt(from, 16);
  });
  return sizes.reduce((sum, size) => sum + size / 1024, 0);
}

// Segments of System V shared memory that one of these processes made.
export function sharedSegments(pids) {
  const [, ...lines] = fs.readFileSync('/proc/sysvipc/shm', 'utf8').trim().split('\n');
  return lines.filter((line) => pids.includes(Number(line.trim().split(/\s+/)[4]))).length;
}

// Seconds of processor time that the processes took so far, and those that they have waited for.
export function processorSeconds(pids) {
  const ticks = pids.flatMap((pid) => {
    const stat = read(pid, 'stat');
    return stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15)
      .map(Number);
  });
  return ticks.reduce((sum, each) => sum + (each || 0), 0) / ticksPerSecond;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// How much the values rise from one to the next: the median slope of all pairs, which a single step up, as
// an allocator makes it now and then, does not move.
export function slopeOf(values) {
  const slopes = values.flatMap((value, at) =>
    values.slice(0, at).map((earlier, index) => (value - earlier) / (at - index)),
  );
  return median(slopes);
}
