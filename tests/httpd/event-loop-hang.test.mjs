// An event loop that hangs is ended and started again.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { eventually, withPatience } from '../support/patience.mjs';
import { haveEnded, identity } from '../support/processes.mjs';
import { startStack } from '../support/stack.mjs';
import { signedInClient } from '../support/wamp.mjs';

const hangThread = fileURLToPath(new URL('../support/hang_thread.py', import.meta.url));

test('clients are let in again', { skip: process.getuid() !== 0 && 'not root' }, async (t) => {
  const stack = await startStack();
  t.after(() => stack.stop([/ TWS0107: /, / TWS0002: /, / TWS0006: /]));
  const { pids } = await stack.status();
  const eventLoop = identity(pids.event_loop);
  const thread = fs
    .readdirSync(`/proc/${eventLoop.pid}/task`)
    .find((task) => fs.readFileSync(`/proc/${eventLoop.pid}/task/${task}/comm`, 'utf8') === 'event-loop\n');
  const holder = spawn('python3', [hangThread, thread], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => holder.kill());
  await withPatience(once(holder.stdout, 'data'), 'the thread to stand still');

  await haveEnded([eventLoop]);
  const client = await eventually(() => signedInClient(stack));
  await client.call('session.stats');
  assert.match(stack.errorLog(), / TWS0107: /);
  await client.close();
});
