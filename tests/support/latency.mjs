// Whether some clients hold up others: a client's times, compared with those of the same run's quiet phase.

import assert from 'node:assert/strict';

import { EchoClient } from './echo.mjs';
import { median } from './measurements.mjs';
import { signedInClient } from './wamp.mjs';

// Milliseconds. What blocks the event loop, or what waits for what hangs, costs seconds; a busy machine less.
export function assertNoDelay(quiet, disturbed, what = 'a visit') {
  assert.ok(disturbed < 5 * quiet + 500, `${disturbed} ms for ${what}, in quiet times ${quiet} ms`);
}

const longestPause = 3000;

// {median, longest}: milliseconds of round trips that follow one another.
async function timesOf(roundTrip, rounds) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const begin = performance.now();
    await roundTrip();
    times.push(performance.now() - begin);
  }
  return { median: median(times), longest: Math.max(...times) };
}

// A healthy client beside those that a test is about.
export class Bystander {
  // On a stack with test endpoints it also asks their echo, which the event loop answers alone. call: of WAMP, by
  // default one that the daemon answers.
  static async start(stack, { call = 'session.stats', rounds = 30 } = {}) {
    const client = await signedInClient(stack);
    const roundTrips = { [call]: () => client.call(call) };
    const echo = await EchoClient.open(stack).catch(() => undefined);
    if (echo) roundTrips['an echo'] = () => echo.echo();
    const bystander = new Bystander(roundTrips, rounds, [client, ...(echo ? [echo] : [])]);
    bystander.quiet = await bystander.measure();
    return bystander;
  }

  constructor(roundTrips, rounds, clients) {
    Object.assign(this, { roundTrips, rounds, clients });
  }

  // {what: {median, longest}}, milliseconds.
  async measure() {
    const figures = {};
    for (const [what, roundTrip] of Object.entries(this.roundTrips)) {
      figures[what] = await timesOf(roundTrip, this.rounds);
    }
    return figures;
  }

  // Fails when its times are not about those of before; t: the test, which is told them.
  async assertUndisturbed(t) {
    const now = await this.measure();
    for (const [what, quiet] of Object.entries(this.quiet)) {
      const { median: middle, longest } = now[what];
      t.diagnostic(
        `${what}: median ${middle.toFixed(1)} ms (quiet: ${quiet.median.toFixed(1)}), longest ${longest.toFixed(1)} ms`,
      );
      assertNoDelay(quiet.median, middle, what);
      assert.ok(longest < 5 * quiet.longest + longestPause, `${longest} ms for ${what} once`);
    }
  }

  close() {
    return Promise.all(this.clients.map((client) => client.close()));
  }
}
