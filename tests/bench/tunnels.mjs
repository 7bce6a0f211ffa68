// What open connections through the peer, mod_proxy_wstunnel, take: workers and memory.

import { Connections } from './connections.mjs';
import { totalPss } from './memory.mjs';
import { tunnelPath } from './tunnel.mjs';
import { busyWorkers } from './workers.mjs';

const steps = [20, 40];

// Only the memory of httpd and its processes counts, not that of the server behind it. On prefork, children
// come for them; on event, threads that were there before are busy with them.
export async function measureTunnels(stack, report) {
  report.section('through mod_proxy_wstunnel');
  const first = new Connections(stack, 'ws', tunnelPath);
  await first.grow(1);
  await first.close();
  const base = await totalPss(stack);
  const tunnels = new Connections(stack, 'ws', tunnelPath);
  for (const count of steps) {
    await tunnels.grow(count);
    report.figure(`busy httpd workers, ${count} open`, await busyWorkers(stack, count));
    report.figure(`memory of one of ${count} idle`, ((await totalPss(stack)) - base) / count, 'kB');
  }
  await tunnels.close();
}
