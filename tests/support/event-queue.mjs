// What arrived, in order, for a test that waits for one of them.

import { inspect } from 'node:util';

import { patience } from './patience.mjs';

export class EventQueue {
  #events = [];
  #wake = () => {};

  push(event) {
    this.#events.push(event);
    this.#wake();
  }

  get length() {
    return this.#events.length;
  }

  // The first event that `matches`; those before it are dropped. Fails with what came instead.
  async next(matches = () => true) {
    const dropped = [];
    const deadline = Date.now() + patience;
    for (;;) {
      while (this.#events.length > 0) {
        const event = this.#events.shift();
        if (matches(event)) return event;
        dropped.push(event);
      }
      await this.#somethingUntil(deadline, () => {
        const last = inspect(dropped.slice(-3), { depth: 4, breakLength: 120 });
        return new Error(`no event for which ${matches} among ${dropped.length}; the last ones: ${last}`);
      });
    }
  }

  #somethingUntil(deadline, describe) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(describe()), Math.max(0, deadline - Date.now()));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
