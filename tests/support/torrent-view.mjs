// The list that a page would show: what the events of the topic `torrents` add up to.

import assert from 'node:assert/strict';

// Transmission's table as the objects that it stands for; a null says that nothing changed.
function objectsOf({ fields, rows }) {
  const [key, ...names] = fields;
  assert.equal(key, 'hash');
  return Object.fromEntries(
    rows.map(([hash, ...values]) => {
      assert.equal(values.length, names.length);
      const told = values.map((value, index) => [names[index], value]).filter(([, value]) => value !== null);
      return [hash, Object.fromEntries(told)];
    }),
  );
}

// An event of either format in object format; one that is so already as it is.
export function inObjects(event) {
  return Array.isArray(event.torrents?.rows) ? { ...event, torrents: objectsOf(event.torrents) } : event;
}

export class TorrentView {
  #events;

  // The queue of a subscription, in either format; what takes its events otherwise needs none. `before`: the view that it
  // goes on from, of a subscription that said so.
  constructor(events, before = { torrents: {}, session: {}, daemons: {}, revision: 0 }) {
    this.#events = events;
    this.torrents = { ...before.torrents };
    this.session = { ...before.session };
    this.daemons = { ...before.daemons };
    this.revision = before.revision;
  }

  // Takes the next event, and returns it in object format.
  async advance() {
    return this.take(await this.#events.next());
  }

  // Takes an event, checks that it fits to those before it, and returns it, in object format.
  take(next) {
    const event = inObjects(next);
    assert.ok(event.snapshot || this.revision > 0, 'the first event is a snapshot');
    if (event.snapshot) Object.assign(this, { torrents: {}, session: {} });
    else assert.ok(event.revision > this.revision, `revision ${event.revision} after ${this.revision}`);
    this.revision = event.revision;
    for (const [key, fields] of Object.entries(event.torrents))
      this.torrents[key] = { ...this.torrents[key], ...fields };
    for (const key of event.removed) delete this.torrents[key];
    Object.assign(this.session, event.session);
    Object.assign(this.daemons, event.daemons);
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

  named(name) {
    return Object.values(this.torrents).find((torrent) => torrent.name === name);
  }
}
