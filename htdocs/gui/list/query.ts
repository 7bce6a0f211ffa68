import { type Accessor, createMemo, createSignal } from "solid-js";
import type { Preferences } from "../store/preferences";
import { type ColumnId, columnOf, columns } from "./columns";
import { type Filter, noFilter } from "./criteria";
import type { FacetId } from "./facets";
import { parseSearch, type SearchTerms } from "./search";

/** One key of the order. */
export interface Sorting {
  column: ColumnId;
  isDescending: boolean;
}

/** What the user wants to see of the list, and in which order. */
export interface Query {
  /** The first counts most; at least one. */
  sorting: Accessor<readonly Sorting[]>;
  /** Sorts by the column alone, or the other way around; `isFurther`: behind, or as, one of the keys that are there. */
  sortBy(column: ColumnId, isFurther?: boolean): void;
  /** Sorts by the column first; the further keys stay. */
  sortFirstBy(column: ColumnId): void;
  filter: Accessor<Filter>;
  /** Chooses one value of a facet, or none if that was the only one; `isFurther`: adds or drops it. */
  choose(facet: FacetId, value: string, isFurther?: boolean): void;
  /** How many values are chosen. */
  filterCount: Accessor<number>;
  clearFacet(facet: FacetId): void;
  clearFilter(): void;
  search: Accessor<string>;
  setSearch(text: string): void;
  /** What the search says. */
  terms: Accessor<SearchTerms>;
}

/** As many as the server takes. */
const mostKeys = 8;

const byName: readonly Sorting[] = [{ column: "name", isDescending: false }];

export function createQuery(preferences: Pick<Preferences, "get" | "set">): Query {
  const [filter, setFilter] = createSignal<Filter>(noFilter);
  const [search, setSearch] = createSignal("");
  const sorting = createMemo(() => {
    const kept = preferences.get("sorting")?.filter(({ column }) => isColumn(column)) as Sorting[];
    return kept?.length > 0 ? kept.slice(0, mostKeys) : byName;
  });
  return {
    sorting,
    sortBy: (id, isFurther = false) => {
      const keys = sorting();
      const column = columnOf(id);
      const at = keys.findIndex((key) => key.column === id);
      const isTurned = isFurther ? at >= 0 : at === 0;
      const isDescending = isTurned ? !keys[at]!.isDescending : column.highestFirst;
      const key: Sorting = { column: id, isDescending };
      const further = at >= 0 ? keys.map((other, index) => (index === at ? key : other)) : [...keys, key];
      preferences.set("sorting", isFurther ? further.slice(0, mostKeys) : [key]);
    },
    sortFirstBy: (id) => {
      const further = sorting()
        .slice(1)
        .filter(({ column }) => column !== id);
      preferences.set("sorting", [{ column: id, isDescending: columnOf(id).highestFirst }, ...further]);
    },
    filter,
    choose: (facet, value, isFurther = false) =>
      setFilter((current) => {
        const chosen = current[facet];
        const others = chosen.filter((other) => other !== value);
        const isDropped = isFurther
          ? others.length < chosen.length
          : chosen[0] === value && others.length === 0;
        return { ...current, [facet]: isDropped ? others : isFurther ? [...chosen, value] : [value] };
      }),
    filterCount: createMemo(() => Object.values(filter()).flat().length),
    clearFacet: (facet) => setFilter((current) => ({ ...current, [facet]: [] })),
    clearFilter: () => setFilter(noFilter),
    search,
    setSearch,
    terms: createMemo(() => parseSearch(search())),
  };
}

function isColumn(id: string): boolean {
  return columns.some((column) => column.id === id);
}
