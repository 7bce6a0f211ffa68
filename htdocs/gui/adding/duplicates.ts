import { type Accessor, createMemo } from "solid-js";
import { createDebounced } from "../timing";
import { createAnswer } from "./answer";
import type { Entry } from "./entry";

/** So many hashes are asked about at once. */
const mostHashes = 500;
const restMilliseconds = 150;

/**
 * Which torrents are in a daemon's list already, by their hash. The server is asked, as the page may have but
 * a window of the list.
 */
export function createDuplicates(
  entries: Accessor<readonly Entry[]>,
  daemon: Accessor<string | undefined>,
): Accessor<ReadonlySet<string> | undefined> {
  const hashes = createMemo(() => [...new Set(entries().flatMap(({ hash }) => hash ?? []))], [], {
    equals: (left, right) => left.join() === right.join(),
  });
  const rested = createDebounced(hashes, restMilliseconds);
  return createAnswer(async (call) => {
    const of = daemon() === undefined ? {} : { daemon: daemon() };
    const all = rested();
    const found = new Set<string>();
    for (let first = 0; first < all.length; first += mostHashes) {
      const ids = all.slice(first, first + mostHashes);
      const { torrents } = await call("torrent.get", { ids, fields: ["hashString"], ...of });
      for (const { hashString } of torrents) found.add(hashString);
    }
    return found;
  });
}
