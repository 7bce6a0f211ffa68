import type { OnTorrents, Torrent } from "../protocol";

/** So many torrents go into one call: a long command shows how far it is, and fails in part only. */
const mostIds = 250;

/** Where several daemons are shown, a row's key is `<daemon>.<info hash>` (docs/topics.md). */
function splitKey(key: string): { daemon: string | undefined; id: string } {
  const dot = key.lastIndexOf(".");
  return dot < 0 ? { daemon: undefined, id: key } : { daemon: key.slice(0, dot), id: key.slice(dot + 1) };
}

/** The key of a daemon's torrent. */
export function keyOf(daemon: string, id: string, isOneOfSeveral: boolean): string {
  const hash = id.toLowerCase();
  return isOneOfSeveral ? `${daemon}.${hash}` : hash;
}

/** The rows of one call, and how the call names them. */
export interface Target {
  keys: readonly string[];
  arguments: OnTorrents;
}

/** What calls are needed for these rows: each is for one daemon, and not too long. */
export function targetsOf(keys: readonly string[]): Target[] {
  const byDaemon = new Map<string | undefined, string[]>();
  for (const key of keys) {
    const { daemon } = splitKey(key);
    const known = byDaemon.get(daemon);
    if (known) known.push(key);
    else byDaemon.set(daemon, [key]);
  }
  const targets: Target[] = [];
  for (const [daemon, all] of byDaemon) {
    for (let first = 0; first < all.length; first += mostIds) {
      const part = all.slice(first, first + mostIds);
      const ids = part.map((key) => splitKey(key).id);
      targets.push({ keys: part, arguments: daemon === undefined ? { ids } : { ids, daemon } });
    }
  }
  return targets;
}

/** The daemons of these rows; `all`: those that there are. */
export function daemonsOf(keys: readonly string[], all: readonly string[]): string[] {
  return [...new Set(keys.flatMap((key) => splitKey(key).daemon ?? all[0] ?? []))];
}

/** The name of a single torrent, if it is known; how many there are of others. */
export function describeTorrents(
  known: Readonly<Record<string, Torrent>>,
  hashes: readonly string[],
  count = hashes.length,
): string {
  if (count > 1) return `${count.toLocaleString("en")} torrents`;
  const torrent = known[hashes[0] ?? ""];
  return torrent ? `“${torrent.name}”` : "1 torrent";
}
