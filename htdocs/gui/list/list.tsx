import { createEffect, createMemo, For, Match, on, onCleanup, onMount, Show, Switch } from "solid-js";
import { useApplication } from "../application";
import { type ColumnId, columnOf } from "./columns";
import { handleListKey } from "./keyboard";
import { ListHeader } from "./list-header";
import styles from "./list.module.css";
import { Row, rowId } from "./row";
import { createRowSlots } from "./row-slots";
import { createVirtualRows, isWithin } from "./virtual-rows";

const wideRowHeight = 34;
const compactRowHeight = 64;
/** Rows kept ready above and below those in sight. */
const overscan = 10;

const compactIds: ColumnId[] = ["name", "status", "progress", "download", "upload", "eta"];
const compactColumns = compactIds.map(columnOf);

/** The torrents, as a grid of virtual rows: only those in sight exist. */
export function List(props: { isCompact: boolean }) {
  const { isAged, selection, setInSight, shownColumns, torrents, view } = useApplication();
  let scroller!: HTMLDivElement;

  const rowHeight = () => (props.isCompact ? compactRowHeight : wideRowHeight);
  const columns = createMemo(() => (props.isCompact ? compactColumns : shownColumns.all()));

  const virtual = createVirtualRows({
    count: () => view().count(),
    rowHeight,
    scroller: () => scroller,
    // The header.
    covered: () => (props.isCompact ? 0 : rowHeight()),
    overscan,
  });
  const slots = createRowSlots(virtual.inDocument);
  /** Whether a row shows changes now. While the list is scrolled all do, as any may come into sight. */
  const isLive = (index: number) => virtual.isScrolling() || isWithin(virtual.inSight(), index);

  onMount(() => {
    const observer = new ResizeObserver(([entry]) => shownColumns.setRoom(entry!.contentRect.width));
    observer.observe(scroller);
    onCleanup(() => observer.disconnect());
  });
  createEffect(() => {
    const { tracks, width } = shownColumns.layout(columns());
    scroller.style.setProperty("--columns", tracks);
    scroller.style.setProperty("--columns-width", width);
  });
  createEffect(() => scroller.style.setProperty("--row-height", `${rowHeight()}px`));
  createEffect(() => {
    setInSight(virtual.inDocument() ?? { first: 0, last: 0 });
  });
  createEffect(
    on(selection.lastPlace, (place) => {
      if (place) virtual.scrollTo(place.index);
    }),
  );

  /** The active row, while it is in the document. */
  const activeRow = () => {
    const hash = selection.active();
    const index = selection.activeIndex();
    if (hash === undefined || !isWithin(virtual.inDocument(), index)) return undefined;
    return view().hashAt(index) === hash ? rowId(hash) : undefined;
  };

  const rowsOnPage = () => Math.max(1, Math.floor(scroller.clientHeight / rowHeight()) - 1);

  return (
    <div
      ref={scroller}
      class={styles.list}
      role="grid"
      aria-label="Torrents"
      aria-multiselectable="true"
      // The header is a row.
      aria-rowcount={view().count() + (props.isCompact ? 0 : 1)}
      aria-activedescendant={activeRow()}
      data-aged={isAged()}
      data-narrowed={!props.isCompact && shownColumns.isNarrowed()}
      tabindex="0"
      onKeyDown={(event) => {
        // What is in the list, as a header or a button in a row, has keys of its own.
        if (event.target !== event.currentTarget) return;
        handleListKey(event, { count: view().count(), selection, rowsOnPage });
      }}
    >
      <Show when={!props.isCompact}>
        <ListHeader columns={columns()} />
      </Show>
      <Show when={view().count() > 0} fallback={<Empty />}>
        <div role="presentation" class={styles.rows} style={{ height: `${virtual.height()}px` }}>
          <div role="rowgroup">
            <For each={slots()}>
              {(slot) => (
                <Row
                  index={slot.index()}
                  isLive={isLive(slot.index())}
                  columns={columns()}
                  isCompact={props.isCompact}
                />
              )}
            </For>
          </div>
        </div>
      </Show>
    </div>
  );

  function Empty() {
    return (
      <p class={styles.empty}>
        <Switch fallback="No torrent matches.">
          <Match when={!torrents.isLoaded()}>Waiting for the list…</Match>
          <Match when={view().total() === 0}>
            No torrents yet. Add one with the button above, or drop a .torrent file or a link here.
          </Match>
        </Switch>
      </p>
    );
  }
}
