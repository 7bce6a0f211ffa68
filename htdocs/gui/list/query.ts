import { type Accessor, createSignal } from "solid-js";
import { type ColumnId, columnOf } from "./columns";
import type { FilterId } from "./filters";

export interface Sorting {
  column: ColumnId;
  isDescending: boolean;
}

/** What the user wants to see of the list, and in which order. */
export interface Query {
  sorting: Accessor<Sorting>;
  sortBy(column: ColumnId): void;
  filter: Accessor<FilterId>;
  setFilter(filter: FilterId): void;
  search: Accessor<string>;
  setSearch(text: string): void;
}

export function createQuery(): Query {
  const [sorting, setSorting] = createSignal<Sorting>({ column: "name", isDescending: false });
  const [filter, setFilter] = createSignal<FilterId>("all");
  const [search, setSearch] = createSignal("");
  return {
    sorting,
    sortBy: (column) =>
      setSorting((current) => ({
        column,
        isDescending: current.column === column ? !current.isDescending : columnOf(column).highestFirst,
      })),
    filter,
    setFilter,
    search,
    setSearch,
  };
}
