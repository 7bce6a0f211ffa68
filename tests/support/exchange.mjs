// What shows that a WebSocket is as good as any other: messages both ways, and a close that both sides agree on.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import WebSocket from 'ws';

import { withPatience } from './patience.mjs';

// The open WebSocket. options: those of npm's ws, such as ca, headers and createConnection.
export async function openWebSocket(url, options = {}) {
  const socket = new WebSocket(url, options);
  await withPatience(once(socket, 'open'), `opening ${url}`);
  return socket;
}

// Sends a message to an echo and waits until it is back.
export async function echo(socket, message) {
  const answer = once(socket, 'message');
  socket.send(message);
  const [received] = await withPatience(answer, `the echo of ${message.length} bytes`);
  assert.ok(Buffer.from(message).equals(received), 'what comes back is what was sent');
}

// Closes with a code, and resolves with the one that the server answers.
export async function close(socket, code = 1000) {
  const end = once(socket, 'close');
  socket.close(code);
  const [answer] = await withPatience(end, 'the close');
  return answer;
}

// A short and a long message each way, a ping, and the close.
export async function exchangeAndClose(socket) {
  await echo(socket, randomBytes(1));
  await echo(socket, randomBytes(1 << 20));
  const pong = once(socket, 'pong');
  socket.ping('still there?');
  assert.equal(String((await withPatience(pong, 'the pong'))[0]), 'still there?');
  assert.equal(await close(socket), 1000);
}

// The HTTP response to an upgrade: {status, headers}. A WebSocket that it opens is dropped.
export async function upgradeResponse(url, { protocols = [], ...options } = {}) {
  const socket = new WebSocket(url, protocols, options);
  const answer = new Promise((resolve, reject) => {
    socket.once('upgrade', resolve);
    socket.once('unexpected-response', (request, response) => {
      resolve(response);
      request.destroy();
    });
    socket.once('error', reject);
  });
  const { statusCode, headers } = await withPatience(answer, `the response to the upgrade of ${url}`);
  socket.on('error', () => {}); // it was ended before it was open
  socket.terminate();
  return { status: statusCode, headers };
}
