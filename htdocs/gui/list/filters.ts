import type { Torrent, TorrentField } from "../protocol";
import { type Activity, activityFields, activityOf } from "../store/activity";

export type FilterId =
  "all" | "downloading" | "seeding" | "active" | "stopped" | "queued" | "verifying" | "problem";

export interface Filter {
  id: FilterId;
  title: string;
  matches: (torrent: Torrent, activity: Activity) => boolean;
}

function doing(id: FilterId, title: string, ...activities: Activity[]): Filter {
  return { id, title, matches: (_torrent, activity) => activities.includes(activity) };
}

/** In the order of the list's sidebar. A torrent may match several. */
export const filters: readonly Filter[] = [
  { id: "all", title: "All", matches: () => true },
  doing("downloading", "Downloading", "downloading", "stalled", "metadata"),
  doing("seeding", "Seeding", "seeding"),
  { id: "active", title: "Active", matches: (torrent) => torrent.rateDownload > 0 || torrent.rateUpload > 0 },
  doing("stopped", "Stopped", "stopped", "finished"),
  doing("queued", "Queued", "download-queued", "seed-queued"),
  doing("verifying", "Verifying", "verifying", "verify-queued"),
  { id: "problem", title: "With problems", matches: (torrent) => torrent.error !== 0 },
];

/** The fields that the filters look at. */
export const filterFields: readonly TorrentField[] = [...activityFields, "rateDownload", "rateUpload"];

export function filterMatcher(id: FilterId): (torrent: Torrent) => boolean {
  const { matches } = filters.find((filter) => filter.id === id)!;
  return (torrent) => matches(torrent, activityOf(torrent));
}

/** How many torrents match each filter. */
export function countMatches(torrents: Iterable<Torrent>): Record<FilterId, number> {
  const counts = Object.fromEntries(filters.map(({ id }) => [id, 0])) as Record<FilterId, number>;
  for (const torrent of torrents) {
    const activity = activityOf(torrent);
    for (const filter of filters) {
      if (filter.matches(torrent, activity)) counts[filter.id]++;
    }
  }
  return counts;
}

/** Whether each word of the text is in the torrent's name, in any order and case; or its hash begins so. */
export function searchMatcher(text: string): (torrent: Torrent) => boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const hash = words.length === 1 ? words[0]! : undefined;
  return (torrent) => {
    const name = torrent.name.toLowerCase();
    return (
      words.every((word) => name.includes(word)) || (hash !== undefined && torrent.hash.startsWith(hash))
    );
  };
}
