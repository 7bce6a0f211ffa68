import type { Torrent, TorrentObjects, TorrentTable } from "../protocol";

export type TorrentChange = [hash: string, fields: Partial<Torrent>];

function isTable(torrents: TorrentTable | TorrentObjects): torrents is TorrentTable {
  return Array.isArray((torrents as TorrentTable).fields) && Array.isArray((torrents as TorrentTable).rows);
}

/** The torrents of an event in either form, one by one, each with the fields that it names. */
export function* decodeTorrents(torrents: TorrentTable | TorrentObjects): Generator<TorrentChange> {
  if (!isTable(torrents)) {
    yield* Object.entries(torrents);
    return;
  }
  const { fields, rows } = torrents;
  const hashColumn = fields.indexOf("hash");
  for (const row of rows) {
    const changes: Record<string, unknown> = {};
    for (let column = 0; column < fields.length; column++) {
      if (column !== hashColumn && row[column] !== null) changes[fields[column]!] = row[column];
    }
    yield [row[hashColumn] as string, changes as Partial<Torrent>];
  }
}
