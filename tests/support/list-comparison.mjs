// What clients show beside what their daemon says: its own full list, with all fields of the topic `torrents`.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

import { schemas } from './schemas.mjs';
import { patience } from './patience.mjs';

const fields = Object.keys(schemas.torrent.$defs.fields.properties);
const totals = Object.keys(schemas.torrents.properties.session.properties);

// {torrents, session} as the topic has them, of the daemon behind `rpc`.
export async function listOf(rpc, daemon = 'main') {
  const { torrents } = await rpc.call('torrent-get', { fields });
  const stats = await rpc.call('session-stats');
  return {
    torrents: Object.fromEntries(torrents.map((torrent) => [torrent.hashString, { daemon, ...torrent }])),
    session: Object.fromEntries(totals.map((name) => [name, stats[name]])),
  };
}

// Resolves when all views show what the daemon has; takes their events meanwhile. Fails with what differs, and with what
// `describe` says. views: an object of TorrentViews, or of what is like them.
export async function assertShowList(rpc, views, describe) {
  const deadline = Date.now() + patience;
  for (;;) {
    const { torrents, session } = await listOf(rpc);
    for (const view of Object.values(views)) await view.catchUp();
    const differs = Object.entries(views).find(
      ([, view]) => !isDeepStrictEqual(view.torrents, torrents) || !isDeepStrictEqual(view.session, session),
    );
    if (!differs) return;
    const [name, view] = differs;
    if (Date.now() > deadline) {
      const told = `${name} does not show what the daemon has, ${describe()}`;
      assert.deepEqual(Object.keys(view.torrents).sort(), Object.keys(torrents).sort(), told);
      for (const hash of Object.keys(torrents)) assert.deepEqual(view.torrents[hash], torrents[hash], told);
      assert.deepEqual(view.session, session, told);
    }
    await sleep(50);
  }
}
