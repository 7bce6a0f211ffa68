// An event loop that hangs, as root.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

import { withPatience } from './patience.mjs';
import { identity } from './processes.mjs';

const hangThread = fileURLToPath(new URL('hang_thread.py', import.meta.url));

// Lets the thread stand still until torrent-ws ends, or the test does. Resolves with the identity of torrent-ws.
export async function hangEventLoop(t, stack) {
  const { pids } = await stack.status();
  const eventLoop = identity(pids.event_loop);
  const thread = fs
    .readdirSync(`/proc/${eventLoop.pid}/task`)
    .find((task) => fs.readFileSync(`/proc/${eventLoop.pid}/task/${task}/comm`, 'utf8') === 'event-loop\n');
  const holder = spawn('python3', [hangThread, thread], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => holder.kill());
  await withPatience(once(holder.stdout, 'data'), 'the thread to stand still');
  return eventLoop;
}
