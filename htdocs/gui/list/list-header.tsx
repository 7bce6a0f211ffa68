import { For, Show } from "solid-js";
import { useApplication } from "../application";
import { Icon } from "../icon";
import type { Column } from "./columns";
import styles from "./list.module.css";

/** The columns' titles; a click sorts, a second one turns the order around. */
export function ListHeader(props: { columns: readonly Column[] }) {
  const { query } = useApplication();
  const direction = (column: Column) => {
    if (query.sorting().column !== column.id) return undefined;
    return query.sorting().isDescending ? "descending" : "ascending";
  };
  return (
    <div role="rowgroup" class={styles.header}>
      <div role="row" aria-rowindex="1" class={styles.columns}>
        <For each={props.columns}>
          {(column) => (
            <div role="columnheader" aria-sort={direction(column) ?? "none"} data-numeric={column.isNumeric}>
              <button class={styles.title} data-sort={column.id} onClick={() => query.sortBy(column.id)}>
                {column.title}
                <Show when={direction(column)}>
                  {(sorted) => <Icon name={sorted() === "ascending" ? "up" : "down"} />}
                </Show>
              </button>
            </div>
          )}
        </For>
      </div>
    </div>
  );
}
