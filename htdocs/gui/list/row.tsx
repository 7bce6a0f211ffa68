import { For } from "solid-js";
import { Dynamic } from "solid-js/web";
import { useApplication } from "../application";
import { cells } from "./cells";
import type { Column } from "./columns";
import styles from "./list.module.css";

export function rowId(hash: string): string {
  return `torrent-${hash}`;
}

interface RowProps {
  hash: string;
  rowNumber: number;
  columns: readonly Column[];
  isCompact: boolean;
}

export function Row(props: RowProps) {
  const { commands, selection, torrents } = useApplication();
  // A row lives as long as its torrent is in the list, and so as long as this object.
  const torrent = torrents.get(props.hash)!;
  return (
    <div
      id={rowId(props.hash)}
      role="row"
      class={`${styles.row} ${styles.columns}`}
      aria-rowindex={props.rowNumber}
      aria-selected={selection.has(props.hash)}
      data-hash={props.hash}
      data-active={selection.active() === props.hash}
      data-procedure={commands.state(props.hash)?.procedure}
      data-command={commands.state(props.hash)?.state}
      onClick={(event) =>
        // Without a keyboard, taps collect several.
        props.isCompact ? selection.toggle(props.hash) : void selection.click(props.hash, event)
      }
    >
      <For each={props.columns}>
        {(column) => (
          <div role="gridcell" class={styles.cell} data-column={column.id} data-numeric={column.isNumeric}>
            <Dynamic component={cells[column.id]} torrent={torrent} />
          </div>
        )}
      </For>
    </div>
  );
}

/** Keeps the place of a torrent that is not there yet. */
export function PlaceholderRow(props: { rowNumber: number }) {
  return (
    <div
      role="row"
      class={`${styles.row} ${styles.placeholder}`}
      aria-rowindex={props.rowNumber}
      aria-busy="true"
    />
  );
}
