// A session of WAMP v1, as npm's wamp1 speaks it.

import { once } from 'node:events';
import Wamp from 'wamp1';
import WebSocket from 'ws';

import { EventQueue } from './event-queue.mjs';
import { withPatience } from './patience.mjs';
import { endpoint } from './wamp.mjs';

export class Wamp1Session {
  #socket;
  #wamp;
  #closed;

  // Resolves when the session is welcomed. options: those of npm's ws.
  static async open(url, options) {
    const session = new Wamp1Session(new WebSocket(url, 'wamp', options));
    await withPatience(session.welcomed, 'WELCOME');
    return session;
  }

  constructor(socket) {
    this.#socket = socket;
    this.#closed = once(socket, 'close');
    // WELCOME's sessionId, version and server.
    this.welcomed = new Promise((resolve, reject) => {
      this.#wamp = new Wamp(socket, (welcome) => resolve((this.welcome = welcome)));
      socket.once('error', reject);
    });
  }

  get id() {
    return this.#wamp.sessionId;
  }

  prefix(name, uri) {
    this.#wamp.prefix(name, uri);
  }

  // The queue of the topic's events. There is no answer that could be waited for.
  subscribe(topic) {
    const events = new EventQueue();
    this.#wamp.subscribe(topic, (event) => events.push(event));
    return events;
  }

  unsubscribe(topic) {
    this.#wamp.unsubscribe(topic);
  }

  // rest: excludeMe or a list of those whom it is not for, and a list of those whom it is for.
  publish(topic, event, ...rest) {
    this.#wamp.publish(topic, event, ...rest);
  }

  // Resolves with the result; rejects with an Error that has the uri, and details if there are any.
  call(procedure, ...args) {
    const answer = new Promise((resolve, reject) => {
      this.#wamp.call(procedure, ...args, (error, result) => (error ? reject(error) : resolve(result)));
    });
    return withPatience(answer, procedure);
  }

  // Resolves with {code, reason} when the connection has ended.
  async ended() {
    const [code, reason] = await withPatience(this.#closed, 'the end of the connection');
    return { code, reason: String(reason) };
  }

  close() {
    this.#socket.close();
    return this.ended();
  }
}

export function openWamp1(stack, scheme = 'ws') {
  const { url, ca } = endpoint(stack, scheme);
  return Wamp1Session.open(url, { ca });
}
