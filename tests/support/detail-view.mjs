// A torrent that a page has open: what the events of a topic `torrents.detail.<key>` add up to.

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';

const keyed = {
  fileStats: (file, index) => String(index),
  peers: ({ address, port }) => `${address}:${port}`,
  trackerStats: ({ id }) => String(id),
};

// A torrent of torrent-get as such a page has it.
export function detailOf(torrent) {
  const detail = { ...torrent, files: torrent.files.map(({ name, length }) => ({ name, length })) };
  for (const [name, keyOf] of Object.entries(keyed))
    detail[name] = Object.fromEntries(torrent[name].map((element, index) => [keyOf(element, index), element]));
  return detail;
}

export class DetailView {
  #events;

  // The queue of a subscription.
  constructor(events) {
    this.#events = events;
    this.torrent = undefined; // null: there is none
    this.revision = 0;
    this.snapshots = 0;
  }

  static async open(client, key) {
    const view = new DetailView(await client.subscribe(`torrents.detail.${key}`));
    await view.advance();
    return view;
  }

  // Takes the next event, checks that it fits to those before it and tells nothing that they told, and returns it.
  async advance() {
    const event = await this.#events.next();
    const { revision, snapshot, gone, ...members } = event;
    assert.ok(snapshot || this.torrent, 'changes are those of a torrent');
    assert.ok(revision > this.revision, `revision ${revision} after ${this.revision}`);
    this.revision = revision;
    if (snapshot) {
      this.snapshots += 1;
      this.torrent = gone ? null : members;
    } else {
      assert.ok(Object.keys(members).length > 0, 'it tells something');
      for (const [name, value] of Object.entries(members)) this.#take(name, value);
    }
    return event;
  }

  #take(name, value) {
    const of = name.replace(/Removed$/, '');
    if (of !== name && of in keyed) {
      for (const key of value) {
        assert.ok(key in this.torrent[of], `${name}: ${key}`);
        delete this.torrent[of][key];
      }
    } else if (name in keyed) {
      for (const [key, members] of Object.entries(value)) {
        const known = this.torrent[name][key];
        this.torrent[name][key] = { ...known };
        for (const [member, now] of Object.entries(members)) this.#set(this.torrent[name][key], member, now);
      }
    } else this.#set(this.torrent, name, value);
  }

  #set(object, member, value) {
    assert.ok(!isDeepStrictEqual(object[member], value), `${member} is as it was`);
    object[member] = value;
  }

  // Takes events until the torrent is as `condition` wants it.
  async until(condition) {
    while (!condition(this.torrent)) await this.advance();
  }
}
