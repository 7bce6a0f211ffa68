// The short form of tests/soak/kills.mjs. SOAK_SEED: what is killed when.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startStack } from '../support/stack.mjs';
import { expectedLines, killUnderLoad, seedOfRun } from '../soak/kills.mjs';

const seconds = 20;

for (const mpm of ['event', 'prefork']) {
  test(`what is killed costs nobody a command's outcome, ${mpm} MPM`, async (t) => {
    const seed = seedOfRun();
    t.diagnostic(`SOAK_SEED=${seed}`);
    const stack = await startStack({ mpm });
    t.after(() => stack.stop(expectedLines));
    const { calls, outcomes, pages, longestAbsence, events } = await killUnderLoad(stack, { seconds, seed });
    t.diagnostic(events.map(({ kind, signal }) => `${kind} ${signal}`).join(', '));
    t.diagnostic(`${calls} calls: ${JSON.stringify(outcomes)}; ${pages} pages; absent for ${longestAbsence} ms at most`);
    assert.ok(outcomes.done > 0);
    assert.ok(pages > 0);
  });
}
