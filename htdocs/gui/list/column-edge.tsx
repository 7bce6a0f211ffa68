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
    const widths = [edge.parentElement!, ...cells].map(contentWidth);
    shownColumns.resize(props.column.id, Math.max(...widths));
    shownColumns.keepWidth();
  };

  return (
    <span
      class={styles.edge}
      data-edge={props.column.id}
      aria-hidden="true"
      onPointerDown={(event) => {
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

/** How wide a cell must be for all that is in it, also where that is cut off now. */
function contentWidth(cell: HTMLElement): number {
  // What is wrong with a torrent is cut off as before.
  const missing = [cell, ...cell.querySelectorAll<HTMLElement>(':not([data-field="problem"])')].map(
    ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth,
  );
  const range = document.createRange();
  range.selectNodeContents(cell);
  const { paddingLeft, paddingRight } = getComputedStyle(cell);
  const own = range.getBoundingClientRect().width + parseFloat(paddingLeft) + parseFloat(paddingRight);
  return Math.ceil(own + Math.max(0, ...missing)) + 1;
}
