import { targetsOf } from "../commands/targets";
import type { Connection } from "../connection/connection";

/**
 * Fields of torrents as their daemons have them now, by the keys of rows; without torrents that are gone.
 * Rejects with a CallFailure.
 */
export async function readTorrents<Fields extends object>(
  connection: Pick<Connection, "call">,
  hashes: readonly string[],
  fields: readonly (keyof Fields & string)[],
): Promise<ReadonlyMap<string, Fields>> {
  const calls = targetsOf(hashes).map(async ({ keys, arguments: named }) => {
    const keyOf = new Map(named.ids.map((id, index) => [id.toLowerCase(), keys[index]!]));
    const { torrents } = await connection.call("torrent.get", {
      ...named,
      fields: [...new Set(["hashString", ...fields])],
    });
    return torrents.map((torrent) => [keyOf.get(torrent.hashString)!, torrent as unknown as Fields] as const);
  });
  return new Map((await Promise.all(calls)).flat());
}
