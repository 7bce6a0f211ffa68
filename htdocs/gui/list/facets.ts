import type { Torrent, TorrentField } from "../protocol";
import { statusesOf, statusFields, statusTitles } from "./statuses";

/** What torrents are filtered and counted by. */
export type FacetId = "status" | "labels" | "trackers" | "folders" | "owners" | "daemons";

export interface Facet {
  id: FacetId;
  title: string;
  /** What stands before a value in the search: `label:films`. */
  terms: readonly string[];
  /** The fields that `valuesOf` looks at. */
  fields: readonly TorrentField[];
  /** At least one, each once. "" is the value of a torrent without any. */
  valuesOf: (torrent: Torrent) => readonly string[];
  /** What people call it. `user`: the page's own. */
  nameOf: (value: string, user?: string) => string;
}

/** How many torrents have each known value of a facet and match all of the query but that facet. */
export type FacetCounts = Readonly<Record<FacetId, ReadonlyMap<string, number>>>;

const none: readonly string[] = [""];

export const facets: readonly Facet[] = [
  {
    id: "status",
    title: "State",
    terms: ["status", "is"],
    fields: statusFields,
    valuesOf: statusesOf,
    nameOf: (value) => statusTitles.get(value) ?? value,
  },
  {
    id: "labels",
    title: "Labels",
    terms: ["label"],
    fields: ["labels"],
    valuesOf: ({ labels }) => (labels.length > 0 ? [...new Set(labels)] : none),
    nameOf: (value) => value || "Without label",
  },
  {
    id: "trackers",
    title: "Trackers",
    terms: ["tracker"],
    fields: ["trackers"],
    valuesOf: ({ trackers }) => (trackers.length > 0 ? trackers : none),
    nameOf: (value) => value || "Without tracker",
  },
  {
    id: "folders",
    title: "Folders",
    terms: ["folder"],
    fields: ["downloadDir"],
    valuesOf: ({ downloadDir }) => [downloadDir],
    // Of long paths the end tells them apart.
    nameOf: (value) => value.replace(/^.+(?=(?:\/[^/]+){2}\/*$)/, "…"),
  },
  {
    id: "owners",
    title: "Owner",
    terms: ["owner"],
    fields: ["owner"],
    valuesOf: ({ owner }) => (owner ? [owner] : none),
    nameOf: (value, user) => (value === "" ? "Without owner" : value === user ? "You" : value),
  },
  {
    id: "daemons",
    title: "Daemons",
    terms: ["daemon"],
    fields: ["daemon"],
    valuesOf: ({ daemon }) => [daemon],
    nameOf: (value) => value,
  },
];

export function facetOf(id: FacetId): Facet {
  return facets.find((facet) => facet.id === id)!;
}
