// A page's view of the topic `torrents.commands`, kept up to date by its events.

import assert from 'node:assert/strict';

export class CommandsView {
  #events;
  #began = false;
  // By id.
  commands = {};

  constructor(events) {
    this.#events = events;
  }

  static async open(client) {
    const view = new CommandsView(await client.subscribe('torrents.commands'));
    await view.advance();
    return view;
  }

  // Events that came and were not taken.
  get waiting() {
    return this.#events.length;
  }

  async advance() {
    const { snapshot, commands, removed } = await this.#events.next();
    assert.equal(snapshot, !this.#began, 'the first event is a snapshot, and no other');
    this.#began = true;
    Object.assign(this.commands, commands);
    for (const id of removed) delete this.commands[id];
  }

  // In the order in which they began.
  get list() {
    return Object.entries(this.commands)
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, command]) => command);
  }

  get states() {
    return this.list.map(({ state }) => state);
  }

  // Takes events until the last commands have these states.
  async until(...states) {
    while (this.states.slice(-states.length).join() !== states.join()) await this.advance();
  }
}
