import type { Accessor } from "solid-js";
import { createAnswer } from "./answer";

/** What a daemon has already, to choose from. */
export interface Known {
  /** Those of the most torrents first. */
  labels: readonly string[];
  /** Where torrents are. */
  folders: readonly string[];
  /** Where the daemon puts torrents. */
  defaultFolder: string;
}

/** `daemon`: its name where there are several. */
export function createKnown(daemon: Accessor<string | undefined>): Accessor<Known | undefined> {
  return createAnswer((call) => {
    const of = daemon() === undefined ? {} : { daemon: daemon() };
    return Promise.all([
      // For its counts.
      call("torrents.window", {
        filter: {},
        sort: [],
        offset: 0,
        limit: 1,
        fields: ["name"],
        format: "table",
        ...of,
      }),
      call("session.get", { fields: ["download-dir"], ...of }),
    ]).then(([{ counts }, settings]) => ({
      labels: byCount(counts.labels),
      folders: Object.keys(counts.folders).sort(),
      defaultFolder: settings["download-dir"],
    }));
  });
}

/** Without that of torrents that have none. */
function byCount(counts: Record<string, number>): string[] {
  return Object.keys(counts)
    .filter(Boolean)
    .sort((left, right) => counts[right]! - counts[left]! || left.localeCompare(right, "en"));
}
