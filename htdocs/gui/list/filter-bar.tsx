import { createSignal, For, lazy, Show, Suspense } from "solid-js";
import { useApplication } from "../application";
import { formatCount } from "../format/count";
import { Icon } from "../icon";
import { type ColumnId, columns } from "./columns";
import { FacetLists } from "./facet-lists";
import { FacetValues } from "./facet-values";
import styles from "./filter-bar.module.css";
import { statusTitles } from "./statuses";

const FilterSheet = lazy(() => import("./filter-sheet"));

/** What the list is filtered by, with counts: beside the list, or the states alone above it on a narrow page. */
export function FilterBar(props: { isCompact: boolean }) {
  return (
    <nav class={styles.bar} aria-label="Filters">
      <Show when={props.isCompact}>
        <SheetButton />
        <SortChoice />
      </Show>
      <FacetValues facet="status" values={[...statusTitles.keys()]} />
      <Show when={!props.isCompact}>
        <FacetLists />
      </Show>
    </nav>
  );
}

/** Opens what has no room on a narrow page, and says how many filters there are. */
function SheetButton() {
  const { query } = useApplication();
  const [isOpen, setOpen] = createSignal(false);
  return (
    <>
      <button class={styles.more} data-action="filters" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Icon name="filter" />
        <Show when={query.filterCount() > 0}>
          <span data-total="filters">{formatCount(query.filterCount())}</span>
        </Show>
        <span class={styles.hidden}>{query.filterCount() === 1 ? "filter" : "filters"}</span>
      </button>
      <Show when={isOpen()}>
        <Suspense>
          <FilterSheet close={() => setOpen(false)} />
        </Suspense>
      </Show>
    </>
  );
}

/** Stands in for the column headers on a narrow page. */
function SortChoice() {
  const { query, view } = useApplication();
  const first = () => query.sorting()[0]!;
  return (
    <div class={styles.sort}>
      <select
        aria-label="Sort by"
        value={first().column}
        onChange={(event) => query.sortFirstBy(event.currentTarget.value as ColumnId)}
      >
        <For each={columns.filter((column) => view().sortsBy(column))}>
          {(column) => <option value={column.id}>{column.title}</option>}
        </For>
      </select>
      <button aria-label="Turn the order around" onClick={() => query.sortBy(first().column, true)}>
        <Icon name={first().isDescending ? "down" : "up"} />
      </button>
    </div>
  );
}
