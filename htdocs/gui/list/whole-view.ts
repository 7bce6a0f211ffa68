import { createMemo } from "solid-js";
import type { Torrent } from "../protocol";
import type { Torrents } from "../store/torrents";
import { columnOf } from "./columns";
import { countMatches, filterFields, filterMatcher, searchMatcher } from "./filters";
import type { Query, Sorting } from "./query";
import type { View } from "./view";

/** The rows where the store has the whole list. */
export function createWholeView(torrents: Torrents, { sorting, filter, search }: Query): View {
  // Starting from the order before makes sorting after a delta nearly linear.
  const sorted = createMemo<Torrent[]>((before) => {
    const column = columnOf(sorting().column);
    torrents.follow(...column.fields);
    return sortTorrents(before, torrents.all(), sorting());
  }, []);

  const hashes = createMemo<readonly string[]>(
    () => {
      if (filter() !== "all") torrents.follow(...filterFields);
      if (search() !== "") torrents.follow("name");
      const matchesFilter = filterMatcher(filter());
      const matchesSearch = searchMatcher(search());
      return sorted()
        .filter((torrent) => matchesFilter(torrent) && matchesSearch(torrent))
        .map(({ hash }) => hash);
    },
    [],
    { equals: isSameList },
  );

  const counts = createMemo(() => {
    torrents.follow(...filterFields);
    return countMatches(Object.values(torrents.all()));
  });

  const indexes = createMemo(() => new Map(hashes().map((hash, index) => [hash, index])));
  const indexOf = (hash: string) => indexes().get(hash) ?? -1;

  return {
    total: () => counts().all,
    counts,
    count: () => hashes().length,
    hashAt: (index) => hashes()[index],
    indexOf,
    mayShow: (hash) => indexOf(hash) >= 0,
    hashes: async (first, last) => hashes().slice(first, last + 1),
  };
}

/** Sorts all torrents, equal ones by name and then hash, so that the order never depends on chance. */
function sortTorrents(
  before: readonly Torrent[],
  all: Readonly<Record<string, Torrent>>,
  { column, isDescending }: Sorting,
): Torrent[] {
  const known = before.filter((torrent) => all[torrent.hash] === torrent);
  const isKnown = new Set(known);
  const list = [...known, ...Object.values(all).filter((torrent) => !isKnown.has(torrent))];
  const { compare } = columnOf(column);
  const byName = columnOf("name").compare;
  const direction = isDescending ? -1 : 1;
  return list.sort(
    (left, right) =>
      direction * compare(left, right) || byName(left, right) || (left.hash < right.hash ? -1 : 1),
  );
}

function isSameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((hash, index) => hash === right[index]);
}
