/**
 * What the module sends and takes over WAMP (docs/topics.md, docs/procedures.md). Names are those of
 * Transmission 3.00's RPC, whatever version the daemon speaks.
 */

/** Values of a torrent's `status`. */
export const Status = {
  stopped: 0,
  queuedToVerify: 1,
  verifying: 2,
  queuedToDownload: 3,
  downloading: 4,
  queuedToSeed: 5,
  seeding: 6,
} as const;

/** Values of a torrent's `error`. */
export const TorrentError = { none: 0, trackerWarning: 1, trackerError: 2, localError: 3 } as const;

/** One torrent, as far as the list needs it. Sizes in bytes, rates in bytes per second, times in Unix seconds. */
export interface Torrent {
  hash: string;
  name: string;
  daemon: string;
  status: number;
  error: number;
  errorString: string;
  percentDone: number;
  metadataPercentComplete: number;
  recheckProgress: number;
  leftUntilDone: number;
  sizeWhenDone: number;
  totalSize: number;
  rateDownload: number;
  rateUpload: number;
  uploadedEver: number;
  downloadedEver: number;
  /** -1: not available, -2: infinite. */
  uploadRatio: number;
  /** Seconds; -1: not available, -2: unknown. */
  eta: number;
  peersConnected: number;
  peersSendingToUs: number;
  peersGettingFromUs: number;
  queuePosition: number;
  isStalled: boolean;
  isFinished: boolean;
  labels: string[];
  /** The hosts of its announce URLs, in lower case, each once; the wire has more of them (WireTracker). */
  trackers: string[];
  downloadDir: string;
  /** The id of the user who added it; "": nobody knows. */
  owner: string;
  /** 0: never, as of the other dates. */
  addedDate: number;
  doneDate: number;
  activityDate: number;
}

/** A tracker of a torrent, as far as the list needs it. */
export interface WireTracker {
  announce: string;
}

export type TorrentField = keyof Torrent;

/** Torrents with `_format: "table"`. In a delta, null stands for a value that did not change. */
export interface TorrentTable {
  fields: string[];
  rows: unknown[][];
}

/** Torrents without a format: changed fields by hash. */
export type TorrentObjects = Record<
  string,
  Partial<Omit<Torrent, "hash" | "trackers"> & { trackers: WireTracker[] }>
>;

export type DaemonStateName = "up" | "busy" | "down";

export interface DaemonState {
  state: DaemonStateName;
  /** Unix seconds. */
  since: number;
  /** Unix seconds: when the daemon last gave its list; absent before the first time. */
  updated?: number;
  /** For people; empty or absent when up. */
  reason?: string;
}

/** Of a daemon's settings those that the page shows. */
export interface SessionSettings {
  "alt-speed-down"?: number;
  "alt-speed-enabled"?: boolean;
  "alt-speed-up"?: number;
  "download-dir"?: string;
  "idle-seeding-limit"?: number;
  "idle-seeding-limit-enabled"?: boolean;
  seedRatioLimit?: number;
  seedRatioLimited?: boolean;
  "speed-limit-down"?: number;
  "speed-limit-down-enabled"?: boolean;
  "speed-limit-up"?: number;
  "speed-limit-up-enabled"?: boolean;
}

/** What the topic `session` tells of a daemon besides. */
export interface Daemon extends DaemonState {
  /** Absent before the daemon gave them. */
  stats?: { torrentCount: number };
  settings?: SessionSettings;
  /** Folders below which torrents may be put. */
  roots?: string[];
}

/** Totals of the daemons that the list shows. */
export interface Totals {
  downloadSpeed: number;
  uploadSpeed: number;
}

/** An event of the topic `torrents`. */
export interface TorrentsEvent {
  revision: number;
  snapshot: boolean;
  torrents: TorrentTable | TorrentObjects;
  removed: string[];
  session?: Partial<Totals>;
  /** In snapshots, and when it changed. */
  daemons?: Record<string, DaemonState>;
}

/** What a window of the list is filtered and counted by. */
export type WindowFacet = "status" | "labels" | "trackers" | "folders" | "owners";

/** Which torrents a window of the list is of, in which order. */
export interface WindowRequest {
  /** A torrent must have one of the values of each facet that is there. */
  filter: { [Facet in WindowFacet]?: string[] } & { search?: string };
  sort: [key: string, direction: "asc" | "desc"][];
  offset: number;
  limit: number;
  fields: string[];
}

/**
 * How many torrents there are, how many match, and for each value of a facet how many have it and match all
 * of the filter but that facet.
 */
export type WindowCounts = { total: number; matching: number } & {
  [Facet in WindowFacet]: Record<string, number>;
};

/** An event of the topic `torrents.window`. */
export interface WindowEvent extends Omit<TorrentsEvent, "daemons"> {
  /** The hashes of the range, which begins at `offset`. In snapshots, and when it changed. */
  order?: string[];
  offset?: number;
  /** In snapshots all that are not 0, else those that changed. */
  counts?: Partial<WindowCounts>;
}

/** An event of the topic `session`. */
export interface SessionEvent {
  daemons: Record<string, Daemon>;
}

/** A command as the topic `torrents.commands` tells it; times in Unix seconds. */
export interface ToldCommand {
  procedure: string;
  daemon: string;
  /** The torrents as the caller named them; `count` is how many they were. */
  ids: string[];
  count: number;
  state: "pending" | "done" | "failed" | "unknown";
  since: number;
  ended?: number;
  /** The URI of its error. */
  error?: string;
  /** For people: why it is pending still, or what went wrong. */
  message?: string;
}

/** An event of the topic `torrents.commands`. */
export interface CommandsEvent {
  snapshot: boolean;
  commands: Record<string, ToldCommand>;
  removed: string[];
}

/** What `torrent.set` can change of torrents (docs/schemas/procedures.json). */
export interface TorrentChanges {
  bandwidthPriority?: -1 | 0 | 1;
  downloadLimit?: number;
  downloadLimited?: boolean;
  uploadLimit?: number;
  uploadLimited?: boolean;
  honorsSessionLimits?: boolean;
  labels?: string[];
  "peer-limit"?: number;
  queuePosition?: number;
  seedIdleLimit?: number;
  seedIdleMode?: 0 | 1 | 2;
  seedRatioLimit?: number;
  seedRatioMode?: 0 | 1 | 2;
  "files-wanted"?: number[];
  "files-unwanted"?: number[];
  "priority-high"?: number[];
  "priority-low"?: number[];
  "priority-normal"?: number[];
  trackerAdd?: string[];
  trackerRemove?: number[];
  trackerReplace?: (number | string)[];
  trackerList?: string;
  group?: string;
  sequentialDownload?: boolean;
}

/** How a torrent is added. */
export interface NewTorrent {
  paused: boolean;
  daemon?: string;
  "download-dir"?: string;
  labels?: string[];
  bandwidthPriority?: -1 | 0 | 1;
  "files-unwanted"?: number[];
  "priority-high"?: number[];
  "priority-low"?: number[];
}

/** An event of a topic `torrents.detail.<key>`, as far as the GUI needs it. */
export interface DetailEvent {
  snapshot: boolean;
  /** There is no such torrent (any more), and nothing else in the event. */
  gone?: true;
  name?: string;
  files?: { name: string; length: number }[];
  status?: number;
  metadataPercentComplete?: number;
  peersConnected?: number;
}

/** Which torrents a command is for: info hashes, of the daemon that is named where there are several. */
export interface OnTorrents {
  ids: string[];
  daemon?: string;
}

interface TorrentCommand<Further = object> {
  arguments: OnTorrents & Further;
  result: object;
}

/** An event of the topic `preferences`. Null: the user's choice was taken back. */
export interface PreferencesEvent {
  /** All of them, instead of those that changed. */
  snapshot: boolean;
  preferences: Record<string, unknown>;
}

/** What each procedure of the GUI takes and answers. */
export interface Procedures {
  "torrent.start": TorrentCommand;
  "torrent.start_now": TorrentCommand;
  "torrent.stop": TorrentCommand;
  "torrent.verify": TorrentCommand;
  "torrent.reannounce": TorrentCommand;
  "torrent.queue_top": TorrentCommand;
  "torrent.queue_up": TorrentCommand;
  "torrent.queue_down": TorrentCommand;
  "torrent.queue_bottom": TorrentCommand;
  "torrent.set": TorrentCommand<TorrentChanges>;
  "torrent.set_location": TorrentCommand<{ location: string; move: boolean }>;
  "torrent.remove": TorrentCommand<{ "delete-local-data": boolean }>;
  "torrent.add": {
    arguments: ({ filename: string } | { metainfo: string }) & NewTorrent;
    result: {
      "torrent-added"?: AddedTorrent;
      "torrent-duplicate"?: AddedTorrent;
      /** Why the torrent has no labels. */
      "labels-error"?: string;
    };
  };
  "torrent.get": {
    arguments: OnTorrents & { fields: string[] };
    result: { torrents: { hashString: string }[] };
  };
  "session.get": { arguments: { fields: string[]; daemon?: string }; result: { "download-dir": string } };
  free_space: {
    arguments: { path: string; daemon?: string };
    result: { path: string; "size-bytes": number };
  };
  "torrents.window": {
    arguments: WindowRequest & { format: "table"; daemon?: string };
    result: {
      order: string[];
      counts: WindowCounts & { labels: Record<string, number>; folders: Record<string, number> };
    };
  };
  "preferences.set": { arguments: { preferences: Record<string, unknown> }; result: object };
}

export interface AddedTorrent {
  hashString: string;
  name: string;
}
