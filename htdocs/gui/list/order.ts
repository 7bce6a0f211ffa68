import { type Accessor, createMemo } from "solid-js";
import type { Torrent } from "../protocol";
import type { Torrents } from "../store/torrents";
import { columnOf } from "./columns";
import type { Sorting } from "./query";

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** A torrent's place by the name. Equal names share the group; by their hashes the ranks differ all the same. */
interface NamePlace {
  group: number;
  rank: number;
}

interface Item {
  torrent: Torrent;
  name: NamePlace;
  /** By which it is sorted, the first counts most. */
  values: (number | string)[];
}

interface Sorted {
  places: ReadonlyMap<Torrent, NamePlace>;
  items: Item[];
}

/**
 * All torrents in order; equal ones by name and then hash, so that the order never depends on chance. Names are
 * compared only when there are others; and each order starts from the one before, which a delta hardly changes.
 */
export function createOrder(
  torrents: Pick<Torrents, "all" | "follow">,
  sorting: Accessor<readonly Sorting[]>,
): Accessor<readonly Torrent[]> {
  const byName = createMemo<Torrent[]>((before) => {
    torrents.follow("name");
    return membersOf(before, torrents.all()).sort(
      (left, right) => collator.compare(left.name, right.name) || (left.hash < right.hash ? -1 : 1),
    );
  }, []);

  const namePlaces = createMemo(() => {
    const places = new Map<Torrent, NamePlace>();
    let group = 0;
    byName().forEach((torrent, rank) => {
      const previous = byName()[rank - 1];
      if (previous && collator.compare(previous.name, torrent.name) !== 0) group++;
      places.set(torrent, { group, rank });
    });
    return places;
  });

  const sorted = createMemo<Sorted>(
    (before) => {
      const keys = sorting().map(({ column, isDescending }) => ({
        ...columnOf(column),
        direction: isDescending ? -1 : 1,
      }));
      const places = namePlaces();
      torrents.follow(...keys.flatMap(({ fields }) => fields));
      const items =
        before.places === places
          ? [...before.items]
          : membersOf(
              before.items.map(({ torrent }) => torrent),
              torrents.all(),
            ).map((torrent) => ({ torrent, name: places.get(torrent)!, values: [] }));
      for (const item of items) {
        item.values = keys.map(({ orderOf }) => (orderOf ? orderOf(item.torrent) : item.name.group));
      }
      items.sort((left, right) => {
        for (let at = 0; at < keys.length; at++) {
          const [from, to] = [left.values[at]!, right.values[at]!];
          if (from !== to) return from < to ? -keys[at]!.direction : keys[at]!.direction;
        }
        return left.name.rank - right.name.rank;
      });
      return { places, items };
    },
    { places: new Map(), items: [] },
  );

  return createMemo(() => sorted().items.map(({ torrent }) => torrent));
}

/** Those of `before` that are there still, and then the others. */
function membersOf(before: readonly Torrent[], all: Readonly<Record<string, Torrent>>): Torrent[] {
  const known = before.filter((torrent) => all[torrent.hash] === torrent);
  const isKnown = new Set(known);
  return [...known, ...Object.values(all).filter((torrent) => !isKnown.has(torrent))];
}
