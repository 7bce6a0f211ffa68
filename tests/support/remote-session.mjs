// A session that lives elsewhere, in another process or on a page, and is told and tells everything by messages.

import { failure } from './session-values.mjs';

export class RemoteSession {
  #send;
  #commands = 0;
  #waiting = new Map(); // command → {resolve, reject, onProgress}
  #handlers = new Map(); // command that subscribed or registered → what takes its events or invocations
  #interrupts = new Map(); // invocation → what to call

  // send: what takes a message for the other side, whose messages go to take.
  constructor(send, binary) {
    this.#send = send;
    this.binary = binary;
  }

  // Resolves with the session when the other side has joined.
  async join() {
    const { id, details } = await this.#do('join');
    return Object.assign(this, { id, details });
  }

  async subscribe(topic, options, onEvent) {
    return this.#handle(onEvent, { do: 'subscribe', topic, options });
  }

  async publish(topic, payload, options) {
    await this.#do('publish', { topic, ...payload, options });
  }

  call(procedure, payload, options, { onProgress, signal } = {}) {
    const command = this.#commands + 1;
    signal?.addEventListener('abort', () => this.#do('cancel', { call: command, mode: signal.reason }));
    return this.#do('call', { procedure, ...payload, options, progress: Boolean(onProgress) }, onProgress);
  }

  async register(procedure, options, endpoint) {
    return this.#handle(endpoint, { do: 'register', procedure, options });
  }

  close() {
    return this.#do('close');
  }

  // The other side is gone.
  fail(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
  }

  take({ about, ...message }) {
    switch (message.kind) {
      case 'result':
        this.#waiting.get(about).resolve(message.value);
        break;
      case 'error':
        this.#waiting.get(about).reject(failure(message.uri, message.args, message.kwargs));
        break;
      case 'progress':
        this.#waiting.get(about).onProgress({ args: message.args, kwargs: message.kwargs });
        break;
      case 'event':
        this.#handlers.get(about)({ args: message.args, kwargs: message.kwargs, details: message.details });
        break;
      case 'invocation':
        this.#invoke(this.#handlers.get(about), message);
        break;
      case 'interrupt':
        this.#interrupts.get(about)?.();
        break;
      default:
        throw new Error(`a message of no known kind: ${JSON.stringify(message)}`);
    }
  }

  async #handle(handler, { do: what, ...rest }) {
    const command = this.#commands + 1;
    this.#handlers.set(command, handler);
    const { id } = await this.#do(what, rest);
    return { id, end: () => this.#do('end', { ended: command }) };
  }

  async #invoke(endpoint, { invocation, args, kwargs, details, progress }) {
    const tell = (rest) => this.#do('answer', { invocation, ...rest });
    const interrupted = new Promise((resolve) => this.#interrupts.set(invocation, resolve));
    try {
      const about = { interrupted, progress: progress && ((payload) => tell({ kind: 'progress', ...payload })) };
      tell({ kind: 'result', ...(await endpoint({ args, kwargs, details }, about)) });
    } catch ({ uri, args: given, kwargs: more }) {
      tell({ kind: 'error', uri, args: given, kwargs: more });
    }
  }

  #do(what, rest = {}, onProgress = undefined) {
    const command = (this.#commands += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(command, { resolve, reject, onProgress });
      this.#send({ command, do: what, ...rest });
    });
  }
}
