// An event loop that hangs is ended and started again.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hangEventLoop } from '../support/hang.mjs';
import { eventually } from '../support/patience.mjs';
import { haveEnded } from '../support/processes.mjs';
import { startStack } from '../support/stack.mjs';
import { signedInClient } from '../support/wamp.mjs';

test('clients are let in again', { skip: process.getuid() !== 0 && 'not root' }, async (t) => {
  const stack = await startStack();
  t.after(() => stack.stop([/ TWS0107: /, / TWS0002: /, / TWS0006: /]));
  const eventLoop = await hangEventLoop(t, stack);

  await haveEnded([eventLoop]);
  const client = await eventually(() => signedInClient(stack));
  await client.call('session.stats');
  assert.match(stack.errorLog(), / TWS0107: /);
  await client.close();
});
