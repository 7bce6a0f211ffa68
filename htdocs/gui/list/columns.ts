import type { Torrent, TorrentField } from "../protocol";
import { activityFields, activityOf, activityTitles, progressOf } from "../store/activity";

export type ColumnId =
  "name" | "status" | "progress" | "size" | "download" | "upload" | "eta" | "ratio" | "peers";

export interface Column {
  id: ColumnId;
  title: string;
  /** A track of a CSS grid. */
  width: string;
  /** The width in pixels that decides whether the column has room. */
  minimumWidth: number;
  /** Columns with a higher number give way first on a narrow page. */
  givesWay: number;
  isNumeric: boolean;
  /** Whether the first click on the header sorts from high to low. */
  highestFirst: boolean;
  /** The fields that `compare` looks at. */
  fields: readonly TorrentField[];
  compare: (left: Torrent, right: Torrent) => number;
  /** What the server sorts a window by, to the same order. */
  sortKey: string;
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

type NumericField = { [F in TorrentField]: Torrent[F] extends number ? F : never }[TorrentField];

function numeric(
  id: ColumnId,
  title: string,
  field: NumericField,
  minimumWidth: number,
  givesWay: number,
): Column {
  return {
    id,
    title,
    width: `${minimumWidth}px`,
    minimumWidth,
    givesWay,
    isNumeric: true,
    highestFirst: true,
    fields: [field],
    compare: (left, right) => left[field] - right[field],
    sortKey: field,
  };
}

/** Seconds to wait, for sorting: unknown comes behind any number, not available behind that. */
function etaOrder({ eta }: Torrent): number {
  if (eta >= 0) return eta;
  return eta === -2 ? Number.MAX_SAFE_INTEGER - 1 : Number.MAX_SAFE_INTEGER;
}

/** A ratio, for sorting: -2 is infinite. */
function ratioOrder({ uploadRatio }: Torrent): number {
  return uploadRatio === -2 ? Infinity : uploadRatio;
}

export const columns: readonly Column[] = [
  {
    id: "name",
    title: "Name",
    width: "minmax(0, 1fr)",
    minimumWidth: 220,
    givesWay: 0,
    isNumeric: false,
    highestFirst: false,
    fields: ["name"],
    compare: (left, right) => collator.compare(left.name, right.name),
    sortKey: "name",
  },
  {
    id: "status",
    title: "Status",
    width: "144px",
    minimumWidth: 144,
    givesWay: 1,
    isNumeric: false,
    highestFirst: false,
    fields: activityFields,
    compare: (left, right) =>
      collator.compare(activityTitles[activityOf(left)], activityTitles[activityOf(right)]),
    sortKey: "activity",
  },
  {
    id: "progress",
    title: "Progress",
    width: "130px",
    minimumWidth: 130,
    givesWay: 1,
    isNumeric: false,
    highestFirst: true,
    fields: ["percentDone", "recheckProgress", "metadataPercentComplete", "status"],
    compare: (left, right) => progressOf(left) - progressOf(right),
    sortKey: "progress",
  },
  numeric("size", "Size", "sizeWhenDone", 84, 3),
  numeric("download", "Down", "rateDownload", 92, 2),
  numeric("upload", "Up", "rateUpload", 92, 2),
  {
    ...numeric("eta", "Time left", "eta", 92, 4),
    highestFirst: false,
    compare: (left, right) => etaOrder(left) - etaOrder(right),
  },
  {
    ...numeric("ratio", "Ratio", "uploadRatio", 68, 5),
    compare: (left, right) => ratioOrder(left) - ratioOrder(right),
  },
  numeric("peers", "Peers", "peersConnected", 78, 6),
];

export function columnOf(id: ColumnId): Column {
  return columns.find((column) => column.id === id)!;
}

/** The columns that a list of the given width has room for. */
export function fittingColumns(width: number): Column[] {
  const fitting = [...columns];
  const needed = () => fitting.reduce((sum, column) => sum + column.minimumWidth, 0);
  while (needed() > width && fitting.some((column) => column.givesWay > 0)) {
    const most = Math.max(...fitting.map((column) => column.givesWay));
    fitting.splice(
      fitting.findIndex((column) => column.givesWay === most),
      1,
    );
  }
  return fitting;
}
