// The WebSocket protocol, RFC 6455 and RFC 7692, case by case: on the endpoint that echoes, and on a server that is
// known to be strict, which shows that the cases are right.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startPeer } from '../protocol/peer.mjs';
import { maxNonStrict, runCases } from '../protocol/suite.mjs';
import { noDaemon, startStack } from '../support/stack.mjs';
import { endpoint } from '../support/wamp.mjs';

const minCases = 500;

const lines = (results, verdict) =>
  results.filter((result) => result.verdict === verdict).map(({ id, title, reason }) => `${id}: ${title}: ${reason}`);

let stack;
before(async () => {
  stack = await startStack({ testEndpoints: true, backend: noDaemon });
});
after(() => stack?.stop());

for (const scheme of ['ws', 'wss']) {
  test(`the protocol is kept over ${scheme}`, async () => {
    const { pids } = await stack.status();
    const results = await runCases(endpoint(stack, scheme, '/echo'));
    assert.ok(results.length > minCases, `${results.length} cases`);
    assert.deepEqual(lines(results, 'failed'), []);
    const lax = lines(results, 'non-strict');
    assert.ok(lax.length <= maxNonStrict, lax.join('\n'));
    assert.deepEqual((await stack.status()).pids, pids);
  });
}

// What ws does not do as strictly as it could; it checks texts when they are whole, refuses where it could decline,
// and takes any number for window bits that JavaScript does.
const known = [
  /^framing\.non-minimal\./,
  /^utf8\.fail-fast\./,
  /^deflate\.(?:spelled\.behind-bad|declined\.)/,
  /^deflate\.garbage\.cut\./,
];
test('the cases find nothing else wrong with a server that is known to be strict', async (t) => {
  const peer = await startPeer();
  t.after(() => peer.close());
  const results = await runCases({ url: peer.url });
  const surprising = results.filter(({ id }) => !known.some((rule) => rule.test(id)));
  assert.deepEqual([...lines(surprising, 'failed'), ...lines(surprising, 'non-strict')], []);
});
