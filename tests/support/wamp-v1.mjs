// A WAMP v1 client that sends just what a test says, with the whole of each message in sight.

import WebSocket from 'ws';

import { EventQueue } from './event-queue.mjs';
import { withPatience } from './patience.mjs';
import { endpoint } from './wamp.mjs';

export const type = {
  welcome: 0,
  prefix: 1,
  call: 2,
  callResult: 3,
  callError: 4,
  subscribe: 5,
  unsubscribe: 6,
  publish: 7,
  event: 8,
};

// A CALLERROR.
export class CallError extends Error {
  constructor(uri, message, details) {
    super(`${uri}: ${message}`);
    Object.assign(this, { uri, details });
  }
}

export class V1Client {
  #socket;
  #closed;
  #calls = new Map();
  #lastCall = 0;
  // EVENTs as they came: [8, topic, event].
  events = new EventQueue();

  // Resolves at WELCOME. options: those of npm's ws, such as ca, origin and headers.
  static async open(stack, { scheme = 'ws', path, ...options } = {}) {
    const { url, ca } = endpoint(stack, scheme, path);
    const client = new V1Client(new WebSocket(url, 'wamp', { ca, ...options }));
    await withPatience(client.#opened, `opening ${url}`);
    return client;
  }

  #opened;
  #welcomed;

  constructor(socket) {
    this.#socket = socket;
    this.#opened = new Promise((resolve, reject) => {
      this.#welcomed = resolve;
      socket.on('error', reject);
      socket.on('close', (code) => reject(new Error(`closed with ${code}`)));
    });
    this.#closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
    socket.on('message', (data) => this.#take(JSON.parse(data)));
  }

  #take(message) {
    switch (message[0]) {
      case type.welcome:
        this.welcome = message;
        this.id = message[1];
        this.#welcomed();
        break;
      case type.callResult:
        this.#calls.get(message[1]).resolve(message[2]);
        break;
      case type.callError:
        this.#calls.get(message[1]).reject(new CallError(...message.slice(2)));
        break;
      case type.event:
        this.events.push(message);
        break;
      default:
        throw new Error(`no message that a server sends: ${JSON.stringify(message)}`);
    }
  }

  // A list, or text as it stands.
  send(message) {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  sendBinary(bytes) {
    this.#socket.send(bytes);
  }

  call(procedure, ...args) {
    const id = `call-${++this.#lastCall}`;
    const answer = new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject }));
    this.send([type.call, id, procedure, ...args]);
    return withPatience(answer, `CALL of ${procedure}`);
  }

  // Nothing is answered, so the next call tells that the server has got it. No token may come along: that takes longer.
  async subscribe(topic) {
    this.send([type.subscribe, topic]);
    await this.settle();
  }

  async unsubscribe(topic) {
    this.send([type.unsubscribe, topic]);
    await this.settle();
  }

  publish(topic, event, ...receivers) {
    this.send([type.publish, topic, event, ...receivers]);
  }

  // When the server has read what was sent.
  async settle() {
    await this.call('no.such.procedure').catch(() => {});
  }

  // {code, reason} of the server's close.
  closed() {
    return withPatience(this.#closed, 'the close');
  }

  async close() {
    this.#socket.close();
    await this.#closed;
  }
}
