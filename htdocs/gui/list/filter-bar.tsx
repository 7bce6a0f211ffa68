import { For } from "solid-js";
import { useApplication } from "../application";
import { Icon } from "../icon";
import { type ColumnId, columns } from "./columns";
import styles from "./filter-bar.module.css";
import { filters } from "./filters";

/** The filters with how many torrents match each; beside the list, or above it on a narrow page. */
export function FilterBar() {
  const { query, view } = useApplication();
  return (
    <nav class={styles.bar} aria-label="Filters">
      <SortChoice />
      <For each={filters}>
        {(filter) => (
          <button
            class={styles.filter}
            data-filter={filter.id}
            aria-pressed={query.filter() === filter.id}
            onClick={() => query.setFilter(filter.id)}
          >
            <span>{filter.title}</span>
            <span class={styles.count}>{view().counts()[filter.id].toLocaleString("en")}</span>
          </button>
        )}
      </For>
    </nav>
  );
}

/** Stands in for the column headers on a narrow page. */
function SortChoice() {
  const { query } = useApplication();
  return (
    <div class={styles.sort}>
      <select
        aria-label="Sort by"
        value={query.sorting().column}
        onChange={(event) => query.sortBy(event.currentTarget.value as ColumnId)}
      >
        <For each={columns}>{(column) => <option value={column.id}>{column.title}</option>}</For>
      </select>
      <button aria-label="Turn the order around" onClick={() => query.sortBy(query.sorting().column)}>
        <Icon name={query.sorting().isDescending ? "down" : "up"} />
      </button>
    </div>
  );
}
