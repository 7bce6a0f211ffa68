// permessage-deflate: whatever clients compress, each gets its own bytes back, and nobody else is disturbed.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';

import { close, echo, openWebSocket } from '../support/exchange.mjs';
import { startStack } from '../support/stack.mjs';
import { endpoint } from '../support/wamp.mjs';

const clients = 10;
const megabyte = 1 << 20;

// Long enough to be read in many pieces: one that deflate makes no shorter, and one that it makes much
// shorter, so that a piece inflates to more than any buffer holds.
const messages = {
  'random bytes': () => randomBytes(megabyte),
  'repeated text': () =>
    Buffer.from(
      randomBytes(16)
        .toString('hex')
        .repeat(megabyte / 32),
    ),
  'a mixture': () => Buffer.concat([randomBytes(megabyte / 4), Buffer.alloc(megabyte / 2), randomBytes(megabyte / 4)]),
};

let stack;
before(async () => {
  stack = await startStack({ testEndpoints: true });
});
after(() => stack?.stop());

for (const scheme of ['ws', 'wss']) {
  for (const [kind, make] of Object.entries(messages)) {
    test(`${clients} clients send ${kind} over ${scheme} at once`, async () => {
      const { url, ca } = endpoint(stack, scheme, '/echo');
      const sockets = await Promise.all(Array.from({ length: clients }, () => openWebSocket(url, { ca })));
      for (const socket of sockets) assert.match(socket.extensions, /^permessage-deflate/);
      await Promise.all(sockets.map((socket) => echo(socket, make())));
      await Promise.all(sockets.map((socket) => close(socket)));
    });
  }
}

for (const scheme of ['ws', 'wss']) {
  test(`any length of a message that compresses well is taken over ${scheme}`, async () => {
    const { url, ca } = endpoint(stack, scheme, '/echo');
    const { pids } = await stack.status();
    const socket = await openWebSocket(url, { ca });
    // Lengths at which a buffer of the inflater is just full when the input ends are among them.
    for (let length = 1024; length < 8192; ++length) await echo(socket, Buffer.alloc(length, 'a'));
    await close(socket);
    assert.deepEqual((await stack.status()).pids, pids);
  });
}
