// The WebSocket protocol, RFC 6455 and RFC 7692, case by case: on the endpoint that echoes, and on a server that is
// known to be strict, which shows that the cases are right.

import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { after, before, test } from 'node:test';

import { FrameReader } from '../protocol/frame-reader.mjs';
import { close, frame, opcode, text } from '../protocol/frames.mjs';
import { startPeer } from '../protocol/peer.mjs';
import { maxNonStrict, runCases } from '../protocol/suite.mjs';
import { RawConnection } from '../support/raw-http.mjs';
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

// What the reader of the server's frames has to complain of.
const server = { mask: null };
const wrongFrames = {
  'is masked': [text('x')],
  'has a reserved bit': [text('x', { ...server, rsv: 1 })],
  'is marked as compressed, which was not agreed on': [text('x', { ...server, rsv: 4 })],
  'has a reserved opcode': [frame(3, 'x', server)],
  'is a ping in fragments': [frame(opcode.ping, 'x', { ...server, fin: false })],
  'is a ping of 126 bytes': [frame(opcode.ping, Buffer.alloc(126), server)],
  'has 16 bits for a length of 125': [text('x'.repeat(125), { ...server, lengthBytes: 2 })],
  'has 64 bits for a length of 65535': [text('x'.repeat(65535), { ...server, lengthBytes: 8 })],
  'has a length with the topmost bit set': [text('x', { ...server, lengthBytes: 8, size: 1n << 63n })],
  'continues nothing': [frame(opcode.continuation, 'x', server)],
  'begins a message inside another': [text('x', { ...server, fin: false }), text('y', server)],
  'is a close of one byte': [frame(opcode.close, 'x', server)],
  'closes with a code that must not be sent': [close(1005, '', server)],
  'closes for a reason that is not UTF-8': [close(1000, Buffer.from([0xff]), server)],
  'comes behind the close': [close(1000, '', server), text('x', server)],
  'is cut in its payload': [text('xy', server).subarray(0, -1)],
  'is cut in its head': [text('xy', server).subarray(0, 1)],
};
for (const [what, frames] of Object.entries(wrongFrames)) {
  test(`a server's frame that ${what} is complained of`, async () => {
    const stream = new PassThrough();
    const reader = new FrameReader(new RawConnection(stream), false);
    stream.end(Buffer.concat(frames));
    for (let left = frames.length - 1; left > 0; --left) await reader.next();
    await assert.rejects(reader.next(), /the server breaks the protocol/);
  });
}
