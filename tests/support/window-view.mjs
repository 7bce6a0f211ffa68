// What a page would show of a window of the list: what the events of the topic `torrents.window` add up to.

import assert from 'node:assert/strict';

import { inObjects } from './torrent-view.mjs';

export class WindowView {
  #events;

  // The queue of a subscription, in either format.
  constructor(events) {
    this.#events = events;
    this.revision = 0;
    this.snapshots = 0;
    this.last = undefined;
  }

  // Takes the next event, checks that it fits to those before it, and returns it, in object format.
  async advance() {
    const event = inObjects(await this.#events.next());
    assert.ok(event.snapshot || this.snapshots > 0, 'the first event is a snapshot');
    assert.ok(event.revision > this.revision, `revision ${event.revision} after ${this.revision}`);
    this.revision = event.revision;
    if (event.snapshot) Object.assign(this, { torrents: {}, counts: {}, session: {}, snapshots: this.snapshots + 1 });
    if (event.order) Object.assign(this, { offset: event.offset, order: event.order });
    for (const key of event.removed) {
      assert.ok(key in this.torrents, 'what leaves has been there');
      delete this.torrents[key];
    }
    for (const [key, fields] of Object.entries(event.torrents))
      this.torrents[key] = { ...this.torrents[key], ...fields };
    Object.assign(this.session, event.session);
    this.#count(event.counts ?? {});
    assert.deepEqual(Object.keys(this.torrents).sort(), [...this.order].sort(), 'order and torrents are of the same');
    this.last = event;
    return event;
  }

  // Takes all events that are here.
  async catchUp() {
    while (this.#events.length > 0) await this.advance();
  }

  // Takes events until the view is as `condition` wants it.
  async until(condition) {
    while (!condition(this)) await this.advance();
  }

  #count(changes) {
    for (const [name, changed] of Object.entries(changes)) {
      if (typeof changed === 'number') {
        this.counts[name] = changed;
        continue;
      }
      const counts = (this.counts[name] ??= {});
      for (const [value, count] of Object.entries(changed)) {
        if (count === 0) delete counts[value];
        else counts[value] = count;
      }
    }
  }
}
