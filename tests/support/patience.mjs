// Waiting without a guess at how fast the machine is.

import { setTimeout as sleep } from 'node:timers/promises';

// After so long a thing that was waited for is taken to never come.
export const patience = 60_000;

// The promise, but rejected with `what` when it takes too long.
export function withPatience(promise, what) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing for ${patience / 1000} s`)), patience);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Repeats `attempt` until it does not throw, and gives what it returned; fails with its last error.
export async function eventually(attempt) {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await sleep(50);
  }
}
