import type { TorrentChanges } from "../protocol";

interface ProcedureTexts {
  /** What is being done. */
  title: string;
  /** Takes nothing but the torrents, so that another page's call can be made again. */
  isPlain?: boolean;
  /** Done twice it is not what was wanted once (docs/procedures.md, "Repeat"). */
  isOnce?: boolean;
}

const procedures: Record<string, ProcedureTexts> = {
  "torrent.add": { title: "Adding a torrent" },
  "torrent.start": { title: "Starting", isPlain: true },
  "torrent.start_now": { title: "Starting now", isPlain: true },
  "torrent.stop": { title: "Stopping", isPlain: true },
  "torrent.verify": { title: "Verifying", isPlain: true },
  "torrent.reannounce": { title: "Asking for more peers", isPlain: true },
  "torrent.set": { title: "Changing" },
  "torrent.remove": { title: "Removing" },
  "torrent.set_location": { title: "Moving" },
  "torrent.rename_path": { title: "Renaming", isOnce: true },
  "torrent.queue_top": { title: "Moving to the top of the queue", isPlain: true },
  "torrent.queue_up": { title: "Moving up in the queue", isPlain: true, isOnce: true },
  "torrent.queue_down": { title: "Moving down in the queue", isPlain: true, isOnce: true },
  "torrent.queue_bottom": { title: "Moving to the end of the queue", isPlain: true },
  "session.set": { title: "Changing settings" },
  "session.close": { title: "Ending the daemon" },
  blocklist_update: { title: "Updating the blocklist" },
  "group.set": { title: "Changing a bandwidth group" },
};

export function titleOf(procedure: string): string {
  return procedures[procedure]?.title ?? procedure;
}

export function isPlain(procedure: string): boolean {
  return procedures[procedure]?.isPlain ?? false;
}

/** Whether the call may simply be made again when nobody knows whether it was done. */
export function isRepeatable(procedure: string, kwargs: TorrentChanges): boolean {
  return !procedures[procedure]?.isOnce && kwargs.trackerAdd === undefined;
}
