// A WebSocket without WAMP, to the echo of test builds: cheap to open, to ask whether it works, and to count.

import { once } from 'node:events';
import WebSocket from 'ws';

import { withPatience } from './patience.mjs';
import { endpoint } from './wamp.mjs';

export class EchoClient {
  #socket;
  #closed;
  #waiting = [];

  // options: those of npm's ws, such as origin.
  static async open(stack, scheme = 'ws', options = {}) {
    const { url, ca } = endpoint(stack, scheme, '/echo');
    const socket = new WebSocket(url, { ca, perMessageDeflate: false, ...options });
    const client = new EchoClient(socket);
    await withPatience(once(socket, 'open'), `opening ${url}`);
    return client;
  }

  constructor(socket) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('message', (data) => this.#waiting.shift().resolve(String(data)));
    socket.once('close', (code) => {
      for (const { reject } of this.#waiting) reject(new Error(`the connection ended with ${code}`));
    });
  }

  // Resolves when `text` came back.
  async echo(text = 'hello') {
    if (this.#socket.readyState !== WebSocket.OPEN) throw new Error('the connection has ended');
    const answer = new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.send(text);
    });
    const answered = await withPatience(answer, 'an echo');
    if (answered !== text) throw new Error(`${answered.length} other characters came back`);
  }

  // Resolves with the close code when the connection has ended.
  ended() {
    return withPatience(this.#closed, 'the end of the connection');
  }

  close() {
    this.#socket.close();
    return this.ended();
  }
}

// `count` connections, opened `atOnce` at a time.
export async function openMany(stack, scheme, count, atOnce = 10) {
  const clients = [];
  while (clients.length < count) {
    const next = Array.from({ length: Math.min(atOnce, count - clients.length) }, () => EchoClient.open(stack, scheme));
    clients.push(...(await Promise.all(next)));
  }
  return clients;
}
