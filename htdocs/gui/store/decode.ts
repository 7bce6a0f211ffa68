import type { Torrent, TorrentObjects, TorrentTable, WireTracker } from "../protocol";
import { trackerHosts } from "./tracker-hosts";

export type TorrentChange = [hash: string, fields: Partial<Torrent>];

function isTable(torrents: TorrentTable | TorrentObjects): torrents is TorrentTable {
  return Array.isArray((torrents as TorrentTable).fields) && Array.isArray((torrents as TorrentTable).rows);
}

/** The torrents of an event in either form, one by one, each with the fields that it names. */
export function* decodeTorrents(torrents: TorrentTable | TorrentObjects): Generator<TorrentChange> {
  if (!isTable(torrents)) {
    for (const [hash, changes] of Object.entries(torrents)) yield [hash, decodeFields({ ...changes })];
    return;
  }
  const { fields, rows } = torrents;
  const hashColumn = fields.indexOf("hash");
  for (const row of rows) {
    const changes: Record<string, unknown> = {};
    for (let column = 0; column < fields.length; column++) {
      if (column !== hashColumn && row[column] !== null) changes[fields[column]!] = row[column];
    }
    yield [row[hashColumn] as string, decodeFields(changes)];
  }
}

/** Makes of the wire's fields those of the store. */
function decodeFields(fields: Record<string, unknown>): Partial<Torrent> {
  if (fields.trackers) fields.trackers = trackerHosts(fields.trackers as WireTracker[]);
  return fields;
}
