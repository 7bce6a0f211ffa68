import { type Accessor, createMemo } from "solid-js";
import type { TorrentField, WindowFacet, WindowRequest } from "../protocol";
import { torrentFields } from "../store/torrents";
import { createDebounced } from "../timing";
import { columnOf } from "./columns";
import { criteriaOf, type Filter } from "./criteria";
import type { FacetId } from "./facets";
import type { Query } from "./query";
import type { SearchTerms } from "./search";

/** Rows of the list, both included. */
export interface Rows {
  first: number;
  last: number;
}

export type Range = Pick<WindowRequest, "offset" | "limit">;

/** Pages that look at about the same ask for the same, which costs the server once. */
const step = 50;
/** Rows to be told above and below those in sight, */
const spare = 100;
/** and how few of them may be left before the window moves. */
const nearest = 25;
/** The most that the server takes, and tells at once. */
export const mostRows = 1000;

const searchMilliseconds = 200;
const scrollMilliseconds = 60;

/** The range from before while it has the rows in sight and some around them, else one around them. */
export function moveRange(before: Range | undefined, { first, last }: Rows): Range {
  const isInside =
    before !== undefined &&
    Math.max(0, first - nearest) >= before.offset &&
    last + nearest < before.offset + before.limit;
  if (isInside) return before;
  const offset = Math.max(0, Math.floor((first - spare) / step) * step);
  const end = Math.ceil((last + 1 + spare) / step) * step;
  return { offset, limit: Math.min(mostRows, end - offset) };
}

const windowFacets: readonly WindowFacet[] = ["status", "labels", "trackers", "folders"];
/** No torrent has it. */
const nothing = ["\x1f"];

/** The filter for the server, which takes whole values: those that are chosen, and known ones that will do. */
export function windowFilter(
  filter: Filter,
  terms: SearchTerms,
  known: (facet: FacetId) => Iterable<string>,
): WindowRequest["filter"] {
  const { words, admits } = criteriaOf(filter, terms);
  const request: WindowRequest["filter"] = words === "" ? {} : { search: words };
  const admitted = (facet: FacetId) =>
    admits[facet] && [...new Set([...filter[facet], ...known(facet)])].filter(admits[facet]).sort();
  for (const facet of windowFacets) {
    const values = admitted(facet);
    if (values) request[facet] = values.length > 0 ? values : nothing;
  }
  // Of states the server takes none that there is not, and of daemons, of which a window has one, it is not told.
  if (request.status === nothing) delete request.status;
  if ((admits.status && !request.status) || admitted("daemons")?.length === 0) request.folders = nothing;
  return request;
}

interface WindowNeeds {
  inSight: Accessor<Rows>;
  /** The values of a facet that are known. */
  known: (facet: FacetId) => Iterable<string>;
  /** Fields that the list shows. */
  shown: Accessor<readonly TorrentField[]>;
}

/** The window that has the rows in sight as the query wants them. */
export function createWindowRequest(
  query: Query,
  { inSight, known, shown }: WindowNeeds,
): Accessor<WindowRequest> {
  const terms = createDebounced(query.terms, searchMilliseconds);
  const filter = createMemo(() => windowFilter(query.filter(), terms(), known));
  const range = createMemo<Range | undefined>((before) => moveRange(before, inSight()), undefined);
  // The range moves only now and then, unless somebody scrolls far.
  const restingRange = createDebounced(range, scrollMilliseconds);
  return () => ({
    filter: filter(),
    sort: query
      .sorting()
      .map(({ column, isDescending }) => [columnOf(column).sortKey!, isDescending ? "desc" : "asc"]),
    ...restingRange()!,
    fields: [...new Set([...torrentFields, ...shown().filter((field) => field !== "daemon")])],
  });
}
