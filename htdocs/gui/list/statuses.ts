import type { Torrent, TorrentField } from "../protocol";
import { type Activity, activityFields, activityOf } from "../store/activity";

/** The states that the list is filtered by, in the order of its sidebar. A torrent may be in several. */
export const statusTitles: ReadonlyMap<string, string> = new Map([
  ["all", "All"],
  ["downloading", "Downloading"],
  ["seeding", "Seeding"],
  ["active", "Active"],
  ["stopped", "Stopped"],
  ["queued", "Queued"],
  ["verifying", "Verifying"],
  ["problem", "With problems"],
]);

const statusOfActivity: Record<Activity, string | undefined> = {
  downloading: "downloading",
  stalled: "downloading",
  metadata: "downloading",
  seeding: "seeding",
  stopped: "stopped",
  finished: "stopped",
  "download-queued": "queued",
  "seed-queued": "queued",
  verifying: "verifying",
  "verify-queued": "verifying",
  unknown: undefined,
};

/** The fields that `statusesOf` looks at. */
export const statusFields: readonly TorrentField[] = [...activityFields, "rateDownload", "rateUpload"];

/** Lists made before: the same torrent's is looked at with each delta, and there are few different ones. */
const known = new Map<string, readonly string[]>();

/** The states that a torrent is in, as the server has them. */
export function statusesOf(torrent: Torrent): readonly string[] {
  const activity = activityOf(torrent);
  const isActive = torrent.rateDownload > 0 || torrent.rateUpload > 0;
  const hasProblem = torrent.error !== 0;
  const key = `${activity} ${isActive} ${hasProblem}`;
  let statuses = known.get(key);
  if (!statuses) {
    const all = ["all", statusOfActivity[activity], isActive && "active", hasProblem && "problem"];
    known.set(key, (statuses = all.filter((status) => typeof status === "string")));
  }
  return statuses;
}
