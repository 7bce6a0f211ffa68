import { useApplication } from "../application";
import type { Column } from "./columns";
import styles from "./list-header.module.css";

/** The end of a column's header: dragged, the column becomes wider; a double click makes what is in sight fit. */
export function ColumnEdge(props: { column: Column }) {
  const { shownColumns } = useApplication();
  let before: { x: number; width: number } | undefined;

  const release = () => {
    before = undefined;
    shownColumns.keepWidth();
  };

  const fit = (edge: HTMLElement) => {
    const grid = edge.closest('[role="grid"]');
    const cells = grid?.querySelectorAll<HTMLElement>(`[data-column="${props.column.id}"]`) ?? [];
    shownColumns.resize(props.column.id, contentWidth([edge.parentElement!, ...cells]));
    shownColumns.keepWidth();
  };

  return (
    <span
      class={styles.edge}
      data-edge={props.column.id}
      aria-hidden="true"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        const header = event.currentTarget.parentElement!;
        before = { x: event.clientX, width: header.getBoundingClientRect().width };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (before) shownColumns.resize(props.column.id, before.width + event.clientX - before.x);
      }}
      onPointerUp={release}
      onPointerCancel={release}
      // No text is selected, or dragged.
      onMouseDown={(event) => event.preventDefault()}
      onDblClick={(event) => fit(event.currentTarget)}
    />
  );
}

/** How wide cells must be for all that is in them, also where that is cut off now. */
function contentWidth(cells: readonly HTMLElement[]): number {
  cells.forEach((cell) => cell.classList.add(styles.measured!));
  const widths = cells.map((cell) => cell.getBoundingClientRect().width);
  cells.forEach((cell) => cell.classList.remove(styles.measured!));
  return Math.ceil(Math.max(...widths));
}
