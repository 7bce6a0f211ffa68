// What clients show beside what their daemon says: its own full list, with all fields of the topic `torrents` that it has.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

import { schemas } from './schemas.mjs';
import { patience } from './patience.mjs';

const fields = Object.keys(schemas.torrent.$defs.fields.properties);
const totals = Object.keys(schemas.torrents.properties.session.properties);

// {torrents, session} as the topic has them, of the daemon behind `rpc`, but for the owners.
export async function listOf(rpc, daemon = 'main') {
  const { torrents } = await rpc.call('torrent-get', { fields });
  const stats = await rpc.call('session-stats');
  return {
    torrents: Object.fromEntries(torrents.map((torrent) => [torrent.hashString, { daemon, ...torrent }])),
    session: Object.fromEntries(totals.map((name) => [name, stats[name]])),
  };
}

const withoutOwners = (torrents) =>
  Object.fromEntries(Object.entries(torrents).map(([hash, { owner: _, ...fields }]) => [hash, fields]));
const withOwners = (torrents, owners) =>
  Object.fromEntries(Object.entries(torrents).map(([hash, fields]) => [hash, { ...fields, owner: owners[hash] ?? '' }]));

// Resolves when all views show what the daemon has; takes their events meanwhile. Fails with what differs, and with what
// `describe` says. views: an object of TorrentViews, or of what is like them. owners: who added the torrents, by hash;
// without it that is left out.
export async function assertShowList(rpc, views, describe, owners) {
  const deadline = Date.now() + patience;
  for (;;) {
    const { torrents: told, session } = await listOf(rpc);
    const torrents = owners ? withOwners(told, owners) : told;
    const shown = (view) => (owners ? view.torrents : withoutOwners(view.torrents));
    for (const view of Object.values(views)) await view.catchUp();
    const differs = Object.entries(views).find(
      ([, view]) => !isDeepStrictEqual(shown(view), torrents) || !isDeepStrictEqual(view.session, session),
    );
    if (!differs) return;
    const [name, view] = differs;
    if (Date.now() > deadline) {
      const message = `${name} does not show what the daemon has, ${describe()}`;
      assert.deepEqual(Object.keys(view.torrents).sort(), Object.keys(torrents).sort(), message);
      for (const hash of Object.keys(torrents)) assert.deepEqual(shown(view)[hash], torrents[hash], message);
      assert.deepEqual(view.session, session, message);
    }
    await sleep(50);
  }
}
