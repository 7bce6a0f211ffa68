import { createSignal, For, Show } from "solid-js";
import { useApplication } from "../application";
import { Icon } from "../icon";
import { ColumnEdge } from "./column-edge";
import type { Column, ColumnId } from "./columns";
import styles from "./list-header.module.css";
import list from "./list.module.css";

/** Pixels that the pointer goes until a press is no click, but moves the column. */
const dragFrom = 6;
/** Pixels that a key makes a column wider. */
const resizeStep = 10;

/** The columns' titles: they sort, are dragged to other places, and have an edge that is dragged to be wider. */
export function ListHeader(props: { columns: readonly Column[] }) {
  const { shownColumns } = useApplication();
  const [dragged, setDragged] = createSignal<{ id: ColumnId; to: number }>();
  let row!: HTMLDivElement;

  /** Where the column would be, dropped there. */
  const placeAt = (x: number, id: ColumnId) => {
    const others = [...row.children].filter((_, index) => props.columns[index]!.id !== id);
    const centers = others.map((header) => {
      const { left, width } = header.getBoundingClientRect();
      return left + width / 2;
    });
    return centers.filter((center) => center < x).length;
  };
  /** On which side of this column the dragged one would come to be. */
  const dropSide = (index: number) => {
    const drag = dragged();
    const from = props.columns.findIndex((column) => column.id === drag?.id);
    if (!drag || drag.to !== index || drag.to === from) return undefined;
    return drag.to < from ? "before" : "after";
  };

  return (
    <div role="rowgroup" class={styles.header}>
      <div ref={row} role="row" aria-rowindex="1" class={list.columns}>
        <For each={props.columns}>
          {(column, index) => (
            <ColumnHeader
              column={column}
              isDragged={dragged()?.id === column.id}
              dropSide={dropSide(index())}
              drag={(x) => setDragged({ id: column.id, to: placeAt(x, column.id) })}
              drop={(isDone) => {
                const drag = dragged();
                setDragged(undefined);
                if (drag && isDone) shownColumns.move(drag.id, drag.to);
              }}
            />
          )}
        </For>
      </div>
    </div>
  );
}

interface ColumnHeaderProps {
  column: Column;
  isDragged: boolean;
  dropSide: "before" | "after" | undefined;
  drag: (x: number) => void;
  drop: (isDone: boolean) => void;
}

function ColumnHeader(props: ColumnHeaderProps) {
  const { query, shownColumns, view } = useApplication();
  const id = () => props.column.id;
  const isSortable = () => view().sortsBy(props.column);
  const rank = () => (isSortable() ? query.sorting().findIndex(({ column }) => column === id()) : -1);
  const direction = () => {
    const key = query.sorting()[rank()];
    return key && (key.isDescending ? "descending" : "ascending");
  };
  let pressedAt: number | undefined;
  let wasDragged = false;

  const press = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    wasDragged = false;
    // A finger scrolls.
    if (event.button !== 0 || event.pointerType === "touch") return;
    pressedAt = event.clientX;
    // From the press on: a fast pointer leaves the header with its first move.
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const drag = (event: PointerEvent) => {
    // Where the button was let go, nobody may have been told.
    if ((event.buttons & 1) === 0) pressedAt = undefined;
    if (pressedAt === undefined) return;
    if (!wasDragged && Math.abs(event.clientX - pressedAt) < dragFrom) return;
    wasDragged = true;
    props.drag(event.clientX);
  };
  const release = (isDone: boolean) => {
    pressedAt = undefined;
    props.drop(isDone);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!event.altKey || step === undefined) return;
    event.preventDefault();
    if (event.shiftKey) {
      shownColumns.move(id(), shownColumns.all().indexOf(props.column) + step);
    } else {
      shownColumns.resize(id(), shownColumns.widthOf(props.column) + step * resizeStep);
      shownColumns.keepWidth();
    }
  };

  return (
    <div
      role="columnheader"
      class={styles.column}
      aria-sort={direction() ?? (isSortable() ? "none" : undefined)}
      data-numeric={props.column.isNumeric}
      data-dragged={props.isDragged}
      data-drop={props.dropSide}
      data-column-header={id()}
    >
      <button
        class={styles.title}
        data-sort={id()}
        aria-disabled={!isSortable()}
        title={`${props.column.title}: with Shift, as a further key. Alt and arrows: width; with Shift, place.`}
        onPointerDown={press}
        onPointerMove={drag}
        onPointerUp={() => release(true)}
        onPointerCancel={() => release(false)}
        onClick={(event) => {
          if (!wasDragged && isSortable()) query.sortBy(id(), event.shiftKey);
          wasDragged = false;
        }}
        onKeyDown={onKeyDown}
      >
        <span class={styles.text}>{props.column.title}</span>
        <Show when={direction()}>{(sorted) => <Icon name={sorted() === "ascending" ? "up" : "down"} />}</Show>
        <Show when={query.sorting().length > 1 && rank() >= 0}>
          <span class={styles.rank} data-rank={rank() + 1}>
            {rank() + 1}
          </span>
        </Show>
      </button>
      <ColumnEdge column={props.column} />
    </div>
  );
}
