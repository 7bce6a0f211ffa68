import { type Accessor, createMemo } from "solid-js";
import type { Torrents } from "../store/torrents";
import { criteriaOf } from "./criteria";
import { createMatches } from "./matches";
import { createOrder } from "./order";
import type { Query } from "./query";
import type { View } from "./view";

/** The rows where the store has the whole list. */
export function createWholeView(
  torrents: Torrents,
  { filter, sorting, terms }: Query,
  user: Accessor<string | undefined>,
): View {
  const matches = createMatches(torrents, () => criteriaOf(filter(), terms(), user()));
  const ordered = createOrder(torrents, sorting);

  const hashes = createMemo<readonly string[]>(
    () => {
      matches.follow();
      return ordered()
        .map(({ hash }) => hash)
        .filter(matches.has);
    },
    [],
    { equals: isSameList },
  );

  const total = createMemo(() => {
    torrents.follow();
    return Object.keys(torrents.all()).length;
  });

  // Made when somebody asks: of a list that is sorted by what changes there would be a new one with each delta.
  let indexed: { hashes: readonly string[]; indexes: ReadonlyMap<string, number> } | undefined;
  const indexes = () => {
    if (indexed?.hashes !== hashes()) {
      indexed = { hashes: hashes(), indexes: new Map(hashes().map((hash, index) => [hash, index])) };
    }
    return indexed.indexes;
  };

  return {
    total,
    counts: matches.counts,
    sortsBy: () => true,
    count: () => hashes().length,
    hashAt: (index) => hashes()[index],
    indexOf: (hash) => indexes().get(hash) ?? -1,
    mayShow: (hash) => {
      matches.follow();
      return matches.has(hash);
    },
    countShown: (selected) => {
      matches.follow();
      let count = 0;
      for (const hash of selected) if (matches.has(hash)) count++;
      return count;
    },
    hashes: async (first, last) => hashes().slice(first, last + 1),
  };
}

function isSameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((hash, index) => hash === right[index]);
}
