import { type Accessor, createMemo } from "solid-js";
import type { WindowRequest } from "../protocol";
import { torrentFields } from "../store/torrents";
import { createDebounced } from "../timing";
import { columnOf } from "./columns";
import type { Query } from "./query";

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

/** The window that has the rows in sight as the query wants them. */
export function createWindowRequest(query: Query, inSight: Accessor<Rows>): Accessor<WindowRequest> {
  const search = createDebounced(query.search, searchMilliseconds);
  const range = createMemo<Range | undefined>((before) => moveRange(before, inSight()), undefined);
  // The range moves only now and then, unless somebody scrolls far.
  const restingRange = createDebounced(range, scrollMilliseconds);
  return () => {
    const { column, isDescending } = query.sorting();
    return {
      filter: {
        ...(query.filter() !== "all" && { status: [query.filter()] }),
        ...(search() !== "" && { search: search() }),
      },
      sort: [[columnOf(column).sortKey, isDescending ? "desc" : "asc"]],
      ...restingRange()!,
      fields: torrentFields,
    };
  };
}
