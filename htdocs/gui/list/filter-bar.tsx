import { For } from "solid-js";
import { useApplication } from "../application";
import { Icon } from "../icon";
import { type ColumnId, columns } from "./columns";
import styles from "./filter-bar.module.css";
import { filters } from "./filters";

/** The filters with how many torrents match each; beside the list, or above it on a narrow page. */
export function FilterBar() {
  const { view } = useApplication();
  return (
    <nav class={styles.bar} aria-label="Filters">
      <SortChoice />
      <For each={filters}>
        {(filter) => (
          <button
            class={styles.filter}
            data-filter={filter.id}
            aria-pressed={view.filter() === filter.id}
            onClick={() => view.setFilter(filter.id)}
          >
            <span>{filter.title}</span>
            <span class={styles.count}>{view.counts()[filter.id].toLocaleString("en")}</span>
          </button>
        )}
      </For>
    </nav>
  );
}

/** Stands in for the column headers on a narrow page. */
function SortChoice() {
  const { view } = useApplication();
  return (
    <div class={styles.sort}>
      <select
        aria-label="Sort by"
        value={view.sorting().column}
        onChange={(event) => view.sortBy(event.currentTarget.value as ColumnId)}
      >
        <For each={columns}>{(column) => <option value={column.id}>{column.title}</option>}</For>
      </select>
      <button aria-label="Turn the order around" onClick={() => view.sortBy(view.sorting().column)}>
        <Icon name={view.sorting().isDescending ? "down" : "up"} />
      </button>
    </div>
  );
}
