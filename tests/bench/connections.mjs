// Open connections that do nothing but answer pings.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import WebSocket from 'ws';

import { eventually, withPatience } from '../support/patience.mjs';
import { endpoint } from '../support/wamp.mjs';

const atOnce = 8;

const hello = JSON.stringify([1, 'torrents', { roles: { caller: {}, subscriber: {} } }]);

async function open({ url, ca }, withSession) {
  const socket = new WebSocket(url, 'wamp.2.json', { ca, perMessageDeflate: false });
  await withPatience(once(socket, 'open'), `opening ${url}`);
  if (withSession) {
    socket.send(hello);
    const [welcome] = await withPatience(once(socket, 'message'), 'WELCOME');
    assert.equal(JSON.parse(welcome)[0], 2);
  }
  return socket;
}

// A set of connections of one kind to one path of a stack, where there are so many `others` of the scheme.
export class Connections {
  #sockets = [];
  #lost = 0;

  constructor(stack, scheme, path = '/wss/', { withSession = false, others = 0 } = {}) {
    Object.assign(this, { stack, scheme, path, withSession, others });
  }

  // Opens as many as are missing to `count`.
  async grow(count) {
    const address = endpoint(this.stack, this.scheme, this.path);
    const openOnes = async () => {
      while (this.#sockets.length < count) {
        const at = this.#sockets.push(null) - 1;
        const socket = await open(address, this.withSession);
        socket.on('close', () => ++this.#lost);
        this.#sockets[at] = socket;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, openOnes));
  }

  // None has ended by itself.
  check() {
    assert.equal(this.#lost, 0, `${this.#lost} of ${this.#sockets.length} ${this.scheme} connections have ended`);
  }

  // Resolves when the server has none any more either.
  async close() {
    this.check();
    const sockets = this.#sockets.splice(0);
    await Promise.all(
      sockets.map((socket) => {
        const closed = once(socket, 'close');
        socket.close();
        return withPatience(closed, 'the end of a connection');
      }),
    );
    this.#lost = 0;
    await eventually(async () => {
      const { connections } = await this.stack.status();
      assert.equal(connections[this.scheme], this.others);
    });
  }
}
