import { Status, type Torrent, TorrentError } from "../protocol";

/** What a torrent is doing, in the words of the list: every status of Transmission told apart. */
export type Activity =
  | "stopped"
  | "finished"
  | "verify-queued"
  | "verifying"
  | "download-queued"
  | "metadata"
  | "downloading"
  | "stalled"
  | "seed-queued"
  | "seeding"
  | "unknown";

export const activityTitles: Record<Activity, string> = {
  stopped: "Stopped",
  finished: "Finished",
  "verify-queued": "Queued to verify",
  verifying: "Verifying",
  "download-queued": "Queued",
  metadata: "Getting metadata",
  downloading: "Downloading",
  stalled: "Stalled",
  "seed-queued": "Queued to seed",
  seeding: "Seeding",
  unknown: "Unknown state",
};

export const activityFields = [
  "status",
  "error",
  "isFinished",
  "isStalled",
  "metadataPercentComplete",
] as const satisfies (keyof Torrent)[];

export function activityOf(torrent: Torrent): Activity {
  switch (torrent.status) {
    case Status.stopped:
      return torrent.isFinished ? "finished" : "stopped";
    case Status.queuedToVerify:
      return "verify-queued";
    case Status.verifying:
      return "verifying";
    case Status.queuedToDownload:
      return "download-queued";
    case Status.downloading:
      if (torrent.metadataPercentComplete < 1) return "metadata";
      return torrent.isStalled ? "stalled" : "downloading";
    case Status.queuedToSeed:
      return "seed-queued";
    case Status.seeding:
      return "seeding";
    default:
      return "unknown";
  }
}

/** Progress of what the torrent is doing now, 0 to 1: the check while it is verified, else the download. */
export function progressOf(torrent: Torrent): number {
  if (torrent.status === Status.verifying) return torrent.recheckProgress;
  if (torrent.metadataPercentComplete < 1) return torrent.metadataPercentComplete;
  return torrent.percentDone;
}

const problemTitles: Record<number, string> = {
  [TorrentError.trackerWarning]: "Tracker warning",
  [TorrentError.trackerError]: "Tracker error",
};

/** What is wrong with the torrent, in the daemon's words where it has some; empty if nothing is. */
export function problemOf(torrent: Torrent): string {
  if (torrent.error === TorrentError.none) return "";
  const title = problemTitles[torrent.error] ?? "Error";
  return torrent.errorString === "" ? title : `${title}: ${torrent.errorString}`;
}
