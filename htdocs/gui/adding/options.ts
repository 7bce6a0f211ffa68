import type { Priority } from "../files/file-choices";
import type { NewTorrent } from "../protocol";

/** How torrents are added. */
export interface AddOptions {
  /** Where there are several. */
  daemon: string | undefined;
  /** Undefined: where the daemon puts them. */
  folder: string | undefined;
  labels: readonly string[];
  isStarting: boolean;
  priority: Priority;
}

export const defaultOptions: AddOptions = {
  daemon: undefined,
  folder: undefined,
  labels: [],
  isStarting: true,
  priority: 0,
};

/** The options as torrent.add takes them. */
export function argumentsOf({ daemon, folder, labels, isStarting, priority }: AddOptions): NewTorrent {
  return {
    paused: !isStarting,
    ...(daemon !== undefined && { daemon }),
    ...(folder !== undefined && { "download-dir": folder }),
    ...(labels.length > 0 && { labels: [...labels] }),
    ...(priority !== 0 && { bandwidthPriority: priority }),
  };
}
