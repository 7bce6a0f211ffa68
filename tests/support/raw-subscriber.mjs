// A subscriber of the list that costs its process little, as it only counts what comes: with compression, as browsers
// have it.

import net from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { maskedFrame, opcode, requestHead, upgradeHeaders } from './raw-http.mjs';
import { serializers } from './serializers.mjs';

const binary = 2;
const [hello, subscribe] = [1, 32];

export class RawSubscriber {
  // Bytes that came, those of the handshake left out.
  bytes = 0;
  #handshake = '';

  // It has sent its SUBSCRIBE then; what the server has of it comes when it comes. `window`: where not the whole list is
  // wanted.
  static async open(stack, { format = 'table', serializer = 'json', userId = 1, window } = {}) {
    const { hostname, port } = new URL(stack.httpUrl);
    const [socket, token] = [net.connect({ host: hostname, port }), await stack.token(userId)];
    const subscriber = new RawSubscriber(socket);
    const headers = {
      ...upgradeHeaders(`${hostname}:${port}`),
      'Sec-WebSocket-Protocol': `wamp.2.${serializer}`,
      'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
    };
    const kind = serializer === 'json' ? opcode.text : binary;
    const messages = [
      [hello, 'torrents', { roles: { subscriber: {} } }],
      [
        subscribe,
        1,
        { _user_id: userId, _token: token, _format: format, _window: window },
        window ? 'torrents.window' : 'torrents',
      ],
    ];
    socket.write(requestHead('/wss/', headers));
    await subscriber.#upgraded;
    for (const message of messages) socket.write(maskedFrame(serializers[serializer].encode(message), kind));
    return subscriber;
  }

  constructor(socket) {
    this.socket = socket;
    this.#upgraded = new Promise((resolve, reject) => {
      socket.on('data', (data) => this.#take(data, resolve, reject));
      socket.on('error', reject);
    });
  }

  #upgraded;
  #take(data, resolve, reject) {
    if (this.#handshake === undefined) {
      this.bytes += data.length;
      return;
    }
    this.#handshake += data.toString('latin1');
    const end = this.#handshake.indexOf('\r\n\r\n');
    if (end === -1) return;
    if (this.#handshake.startsWith('HTTP/1.1 101 ')) resolve();
    else reject(new Error(this.#handshake));
    this.bytes = this.#handshake.length - end - 4;
    this.#handshake = undefined;
  }

  // Resolves when more than `least` bytes came, and nothing for `milliseconds` then: what there was to say is here.
  async settled(least, milliseconds) {
    for (let before = -1; before !== this.bytes || before <= least;) {
      before = this.bytes;
      await sleep(milliseconds);
    }
  }

  async close() {
    const closed = once(this.socket, 'close');
    this.socket.destroy();
    await closed;
  }
}

// `count` of them, with tokens asked for one after the other.
export async function openSubscribers(stack, count, options) {
  const subscribers = [];
  while (subscribers.length < count) subscribers.push(await RawSubscriber.open(stack, options));
  return subscribers;
}
