import type { Torrent, TorrentField } from "../protocol";
import { type Activity, activityFields, activityOf, activityTitles, progressOf } from "../store/activity";
import { facetOf } from "./facets";

export type ColumnId =
  | "name"
  | "status"
  | "progress"
  | "size"
  | "download"
  | "upload"
  | "eta"
  | "ratio"
  | "peers"
  | "seeds"
  | "labels"
  | "tracker"
  | "folder"
  | "owner"
  | "daemon"
  | "left"
  | "downloaded"
  | "uploaded"
  | "added"
  | "done"
  | "activity"
  | "queue";

export interface Column {
  id: ColumnId;
  title: string;
  /** Pixels, unless the user chose others. */
  width: number;
  isNumeric: boolean;
  /** Whether the first click on the header sorts from high to low. */
  highestFirst: boolean;
  /** The fields that it shows or sorts by. */
  fields: readonly TorrentField[];
  /** What torrents are sorted by: numbers, or texts by their characters. Undefined: by the name. */
  orderOf?: (torrent: Torrent) => number | string;
  /** What the server sorts a window by, to the same order. Undefined: it cannot. */
  sortKey?: string;
}

type NumericField = { [F in TorrentField]: Torrent[F] extends number ? F : never }[TorrentField];

function numeric(id: ColumnId, title: string, field: NumericField, width: number): Column {
  return {
    id,
    title,
    width,
    isNumeric: true,
    highestFirst: true,
    fields: [field],
    orderOf: (torrent) => torrent[field],
    sortKey: field,
  };
}

function text(id: ColumnId, title: string, field: TorrentField, width: number): Column {
  return { id, title, width, isNumeric: false, highestFirst: false, fields: [field] };
}

/** Activities in the order of their words. */
const activityOrder = new Map(
  (Object.keys(activityTitles) as Activity[])
    .sort((left, right) => activityTitles[left].localeCompare(activityTitles[right], "en"))
    .map((activity, index) => [activity, index]),
);

/** Seconds to wait, for sorting: unknown comes behind any number, not available behind that. */
function etaOrder({ eta }: Torrent): number {
  if (eta >= 0) return eta;
  return eta === -2 ? Number.MAX_VALUE : Infinity;
}

/** A ratio, for sorting: -2 is infinite. */
function ratioOrder({ uploadRatio }: Torrent): number {
  return uploadRatio === -2 ? Infinity : uploadRatio;
}

/** All that there are, in the order in which they are offered. */
export const columns: readonly Column[] = [
  { ...text("name", "Name", "name", 220), sortKey: "name" },
  {
    ...text("status", "Status", "status", 144),
    fields: activityFields,
    orderOf: (torrent) => activityOrder.get(activityOf(torrent))!,
    sortKey: "activity",
  },
  {
    ...numeric("progress", "Progress", "percentDone", 130),
    isNumeric: false,
    fields: ["percentDone", "recheckProgress", "metadataPercentComplete", "status"],
    orderOf: progressOf,
    sortKey: "progress",
  },
  numeric("size", "Size", "sizeWhenDone", 84),
  numeric("download", "Down", "rateDownload", 92),
  numeric("upload", "Up", "rateUpload", 92),
  { ...numeric("eta", "Time left", "eta", 92), highestFirst: false, orderOf: etaOrder },
  { ...numeric("ratio", "Ratio", "uploadRatio", 68), orderOf: ratioOrder },
  numeric("peers", "Peers", "peersConnected", 78),
  numeric("seeds", "Seeds", "peersSendingToUs", 72),
  {
    ...text("labels", "Labels", "labels", 140),
    orderOf: (torrent) => [...facetOf("labels").valuesOf(torrent)].sort().join("\0"),
    sortKey: "labels",
  },
  {
    ...text("tracker", "Tracker", "trackers", 160),
    orderOf: ({ trackers }) => trackers.filter(Boolean).join("\0"),
  },
  {
    ...text("folder", "Folder", "downloadDir", 180),
    orderOf: ({ downloadDir }) => downloadDir,
    sortKey: "downloadDir",
  },
  { ...text("owner", "Owner", "owner", 100), orderOf: ({ owner }) => owner, sortKey: "owner" },
  { ...text("daemon", "Daemon", "daemon", 100), orderOf: ({ daemon }) => daemon },
  numeric("left", "Left", "leftUntilDone", 84),
  numeric("downloaded", "Downloaded", "downloadedEver", 100),
  numeric("uploaded", "Uploaded", "uploadedEver", 100),
  numeric("added", "Added", "addedDate", 130),
  numeric("done", "Completed", "doneDate", 130),
  numeric("activity", "Last activity", "activityDate", 130),
  { ...numeric("queue", "Queue", "queuePosition", 68), highestFirst: false },
];

export function columnOf(id: ColumnId): Column {
  return columns.find((column) => column.id === id)!;
}
