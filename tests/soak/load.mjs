// What goes on while httpd restarts: sessions that call all the time, and pages.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { get } from '../../conf/demo/network.mjs';
import { signedInClient } from '../support/wamp.mjs';

const betweenCalls = 50;
const betweenPages = 20;

export class Load {
  #clients = { ws: [], wss: [] };
  #loops = [];
  #stopping = false;
  #failure;
  calls = 0;
  pages = 0;

  constructor(stack) {
    this.stack = stack;
  }

  async start(each) {
    for (let i = 0; i < each; ++i) {
      for (const scheme of ['ws', 'wss']) await this.#add(scheme);
    }
    for (const base of [this.stack.httpUrl, this.stack.tlsUrl]) this.#repeat(() => this.#page(base), betweenPages);
  }

  // Fails with the first thing that went wrong: a dropped connection, a refused call, a page that did not come.
  check() {
    if (this.#failure) throw this.#failure;
  }

  // The oldest client of each kind goes and a new one comes, so that the children of each generation have some.
  async renew() {
    for (const scheme of ['ws', 'wss']) {
      await this.#add(scheme);
      const oldest = this.#clients[scheme].shift();
      oldest.leaving = true;
      await oldest.loop;
      const { code } = await oldest.client.close();
      assert.ok([1000, 1005].includes(code), `a client's close was answered with ${code}`);
    }
  }

  // Every client has an answer to a call that it made after this was called.
  async everybodyAnswers() {
    await Promise.all(
      Object.values(this.#clients)
        .flat()
        .map(({ client }) => client.call('session.stats')),
    );
  }

  async stop() {
    this.#stopping = true;
    const all = Object.values(this.#clients).flat();
    await Promise.all([...this.#loops, ...all.map(({ loop }) => loop)]);
    await Promise.all(all.map(({ client }) => client.close()));
  }

  async #add(scheme) {
    const entry = { client: await signedInClient(this.stack, { scheme }), leaving: false };
    entry.loop = this.#repeat(
      () => this.#call(entry),
      betweenCalls,
      () => entry.leaving,
    );
    this.#clients[scheme].push(entry);
  }

  async #call({ client }) {
    await client.call('session.stats');
    ++this.calls;
  }

  async #page(base) {
    const { status } = await get(new URL('/gui/app.css', base).href, { ca: this.stack.certificate });
    assert.equal(status, 200);
    ++this.pages;
  }

  #repeat(act, pause, until = () => false) {
    const loop = (async () => {
      try {
        while (!this.#stopping && !until()) {
          await act();
          await sleep(pause);
        }
      } catch (error) {
        this.#failure ??= error;
      }
    })();
    this.#loops.push(loop);
    return loop;
  }
}
