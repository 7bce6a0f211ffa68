import { type Accessor, createMemo, createSignal } from "solid-js";
import type { Torrent } from "../protocol";
import type { Torrents } from "../store/torrents";
import { type ColumnId, columnOf } from "./columns";
import { countMatches, type FilterId, filterFields, filterMatcher, searchMatcher } from "./filters";

export interface Sorting {
  column: ColumnId;
  isDescending: boolean;
}

/** Which torrents the list shows, and in which order. */
export interface View {
  sorting: Accessor<Sorting>;
  sortBy(column: ColumnId): void;
  filter: Accessor<FilterId>;
  setFilter(filter: FilterId): void;
  search: Accessor<string>;
  setSearch(text: string): void;
  counts: Accessor<Record<FilterId, number>>;
  /** The hashes to show, in order. The same array as long as neither changes. */
  hashes: Accessor<readonly string[]>;
}

export function createView(torrents: Torrents): View {
  const [sorting, setSorting] = createSignal<Sorting>({ column: "name", isDescending: false });
  const [filter, setFilter] = createSignal<FilterId>("all");
  const [search, setSearch] = createSignal("");

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

  return {
    sorting,
    sortBy: (column) =>
      setSorting((current) => ({
        column,
        isDescending: current.column === column ? !current.isDescending : columnOf(column).highestFirst,
      })),
    filter,
    setFilter,
    search,
    setSearch,
    counts,
    hashes,
  };
}

/** Sorts all torrents, equal ones by name and then hash, so that the order never depends on chance. */
export function sortTorrents(
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
