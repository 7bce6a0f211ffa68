import { type Accessor, createMemo } from "solid-js";
import type { Connection } from "../connection/connection";
import type { WindowState } from "../store/feed";
import type { View } from "./view";
import { mostRows } from "./window-request";

const noDaemons: ReadonlyMap<string, number> = new Map();

/** The rows where the store has a window of the list. */
export function createWindowView(window: Accessor<WindowState>, connection: Pick<Connection, "call">): View {
  const places = createMemo(() => new Map(window().order.map((hash, place) => [hash, place])));
  const indexOf = (hash: string) => {
    const place = places().get(hash);
    return place === undefined ? -1 : window().offset + place;
  };

  /** Asks for the rows of the list that is shown, page by page. */
  const read = async (first: number, last: number) => {
    const { request } = window();
    const hashes: string[] = [];
    for (let offset = first; offset <= last; offset += mostRows) {
      const limit = Math.min(mostRows, last - offset + 1);
      const { order } = await connection.call("torrents.window", {
        ...request,
        offset,
        limit,
        fields: ["name"],
        format: "table",
      });
      hashes.push(...order);
      if (order.length < limit) break;
    }
    return hashes;
  };

  return {
    total: () => window().counts.total,
    // A window is of one daemon.
    counts: () => ({ ...window().counts, daemons: noDaemons }),
    sortsBy: ({ sortKey }) => sortKey !== undefined,
    count: () => window().counts.matching,
    hashAt: (index) => window().order[index - window().offset],
    indexOf,
    // Of a torrent outside of the window nothing is known.
    mayShow: () => true,
    countShown: (hashes) => hashes.size,
    hashes: async (first, last) => {
      const { order, offset, counts } = window();
      const end = Math.min(last + 1, counts.matching);
      if (first >= offset && end <= offset + order.length) return order.slice(first - offset, end - offset);
      return read(first, last);
    },
  };
}
