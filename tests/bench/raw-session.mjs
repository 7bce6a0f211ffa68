// A WAMP session that costs its process little: it sends text made before and looks at the first bytes of what comes.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import WebSocket from 'ws';

import { withPatience } from '../support/patience.mjs';

const roles = { publisher: {}, subscriber: {}, caller: {}, callee: {} };

export class RawSession {
  // Opens a connection and joins.
  static async open({ url, realm }) {
    const socket = new WebSocket(url, 'wamp.2.json', { perMessageDeflate: false, skipUTF8Validation: true });
    await withPatience(once(socket, 'open'), `opening ${url}`);
    const session = new RawSession(socket);
    await session.request([1, realm, { roles }], 2);
    return session;
  }

  constructor(socket) {
    this.socket = socket;
    // What takes each message, a Buffer.
    this.take = () => {};
    socket.on('message', (data) => this.take(data));
    socket.on('close', (code) => assert.ok(this.closing, `the connection ended with ${code}`));
  }

  // Sends a message and resolves with the next one, which must be of the type.
  async request(message, type) {
    const answer = new Promise((resolve) => (this.take = resolve));
    this.socket.send(JSON.stringify(message));
    const received = JSON.parse(await withPatience(answer, JSON.stringify(message)));
    assert.equal(received[0], type, JSON.stringify(received));
    return received;
  }

  close() {
    this.closing = true;
    const end = once(this.socket, 'close');
    this.socket.close();
    return withPatience(end, 'the end of a connection');
  }
}
