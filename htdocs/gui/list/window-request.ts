import { type Accessor, createMemo } from "solid-js";
import type { TorrentField, WindowFacet, WindowRequest } from "../protocol";
import { torrentFields } from "../store/torrents";
import { createDebounced } from "../timing";
import { columnOf } from "./columns";
import { criteriaOf, type Filter, noWords } from "./criteria";
import type { FacetId } from "./facets";
import type { Query } from "./query";
import type { SearchTerms } from "./search";
import { statusTitles } from "./statuses";

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
/** The most values of a facet that the server takes. */
const mostValues = 1000;

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

const windowFacets: readonly WindowFacet[] = ["status", "labels", "trackers", "folders", "owners"];
/** No torrent has it. */
const nothing = ["\x1f"];

/**
 * The filter for the server, which takes whole values: those that are chosen, and known ones that will do. Where
 * these are too many, the commonest.
 */
export function windowFilter(
  filter: Filter,
  terms: SearchTerms,
  known: KnownValues,
  user?: string,
): WindowRequest["filter"] {
  const { words, admits } = criteriaOf(filter, terms, user);
  const request: WindowRequest["filter"] = words === "" ? {} : { search: words };
  for (const facet of windowFacets) {
    const isAdmitted = admits[facet];
    if (!isAdmitted) continue;
    const counts = known(facet);
    // The server takes no state that there is not, but any that nobody is in.
    const all = facet === "status" ? [...statusTitles.keys()] : [...counts.keys()];
    const values = [...new Set([...filter[facet], ...all])].filter(isAdmitted);
    if (values.length > mostValues) {
      if (all.every(isAdmitted)) continue;
      values.sort((left, right) => (counts.get(right) ?? 0) - (counts.get(left) ?? 0)).splice(mostValues);
    }
    request[facet] = values.length > 0 ? values.sort() : nothing;
  }
  // The server is not told of daemons, of which a window has one.
  if (admits.daemons && ![...known("daemons").keys()].some(admits.daemons)) request.search = noWords;
  return request;
}

/** The values of a facet that are known, and how many torrents have them as far as that is. */
export type KnownValues = (facet: FacetId) => ReadonlyMap<string, number>;

interface WindowNeeds {
  inSight: Accessor<Rows>;
  known: KnownValues;
  /** The page's own. */
  user: Accessor<string | undefined>;
  /** Fields that the list shows. */
  shown: Accessor<readonly TorrentField[]>;
}

/** The window that has the rows in sight as the query wants them. */
export function createWindowRequest(
  query: Query,
  { inSight, known, user, shown }: WindowNeeds,
): Accessor<WindowRequest> {
  const terms = createDebounced(query.terms, searchMilliseconds);
  const filter = createMemo(() => windowFilter(query.filter(), terms(), known, user()));
  const range = createMemo<Range | undefined>((before) => moveRange(before, inSight()), undefined);
  // The range moves only now and then, unless somebody scrolls far.
  const restingRange = createDebounced(range, scrollMilliseconds);
  return () => ({
    filter: filter(),
    sort: query.sorting().flatMap(({ column, isDescending }) => {
      const { sortKey } = columnOf(column);
      return sortKey ? [[sortKey, isDescending ? "desc" : "asc"]] : [];
    }),
    ...restingRange()!,
    fields: [...new Set([...torrentFields, ...shown().filter((field) => field !== "daemon")])],
  });
}
