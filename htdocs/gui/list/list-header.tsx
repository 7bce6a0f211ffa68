import { For, Show } from "solid-js";
import { useApplication } from "../application";
import { Icon } from "../icon";
import type { Column } from "./columns";
import styles from "./list.module.css";

/** The columns' titles; a click sorts, a second one turns the order around; with shift it is one key more. */
export function ListHeader(props: { columns: readonly Column[] }) {
  return (
    <div role="rowgroup" class={styles.header}>
      <div role="row" aria-rowindex="1" class={styles.columns}>
        <For each={props.columns}>{(column) => <ColumnHeader column={column} />}</For>
      </div>
    </div>
  );
}

function ColumnHeader(props: { column: Column }) {
  const { query } = useApplication();
  const rank = () => query.sorting().findIndex(({ column }) => column === props.column.id);
  const direction = () => {
    const key = query.sorting()[rank()];
    return key && (key.isDescending ? "descending" : "ascending");
  };
  return (
    <div
      role="columnheader"
      class={styles.columnHeader}
      aria-sort={direction() ?? "none"}
      data-numeric={props.column.isNumeric}
    >
      <button
        class={styles.title}
        data-sort={props.column.id}
        disabled={props.column.sortKey === undefined}
        title={props.column.title}
        onClick={(event) => query.sortBy(props.column.id, event.shiftKey)}
      >
        <span class={styles.titleText}>{props.column.title}</span>
        <Show when={direction()}>{(sorted) => <Icon name={sorted() === "ascending" ? "up" : "down"} />}</Show>
        <Show when={query.sorting().length > 1 && rank() >= 0}>
          <span class={styles.rank} data-rank={rank() + 1}>
            {rank() + 1}
          </span>
        </Show>
      </button>
    </div>
  );
}
