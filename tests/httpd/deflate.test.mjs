// permessage-deflate: whatever clients compress, each gets its own bytes back, and nobody else is disturbed.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { close, echo, openWebSocket } from '../support/exchange.mjs';
import { startStack } from '../support/stack.mjs';
import { endpoint } from '../support/wamp.mjs';

const clients = 10;
const megabyte = 1 << 20;
const pythonClient = fileURLToPath(new URL('../support/deflate_client.py', import.meta.url));

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

// Each option of npm's ws, which also says what it offers, and what its own messages are compressed with.
const windows = [undefined, 8, 9, 12, 15];
const combinations = [false, true].flatMap((serverNoContextTakeover) =>
  [false, true].flatMap((clientNoContextTakeover) =>
    windows.flatMap((serverMaxWindowBits) =>
      [...windows, true].map((clientMaxWindowBits) => ({
        serverNoContextTakeover,
        // A false one refuses servers that want it.
        ...(clientNoContextTakeover && { clientNoContextTakeover }),
        ...(serverMaxWindowBits && { serverMaxWindowBits }),
        ...(clientMaxWindowBits && { clientMaxWindowBits }),
      })),
    ),
  ),
);
// Each refers to those before it, where a context is kept.
const line = (index) => `{"hash":"${(index * 7919).toString(16)}","percent":${index % 100},"name":"a torrent"}\n`;
const lengths = [0, 1, 20, 300, 1023, 1024, 1500, 5000, 20000, 70000, 200000, 300];
const sequence = lengths.map((length, at) =>
  Array.from({ length: length / 20 }, (_, index) => line(index + at))
    .join('')
    .slice(0, length),
);

for (const scheme of ['ws', 'wss']) {
  test(`npm ws with each of its ${combinations.length} combinations of options over ${scheme}`, async () => {
    const { url, ca } = endpoint(stack, scheme, '/echo');
    for (const options of combinations) {
      const socket = await openWebSocket(url, { ca, perMessageDeflate: { ...options, threshold: 0 } });
      for (const message of sequence) await echo(socket, message);
      for (const message of sequence) await echo(socket, Buffer.from(message));
      assert.equal(await close(socket), 1000, JSON.stringify(options));
    }
  });

  test(`Debian's python3-websockets with each combination of its parameters over ${scheme}`, async () => {
    const { url } = endpoint(stack, scheme, '/echo');
    const { stdout } = await promisify(execFile)('/usr/bin/python3', [
      pythonClient,
      url,
      path.join(stack.root, 'certificate.pem'),
    ]);
    assert.match(stdout, /^[1-9][0-9]* combinations$/m);
  });
}
