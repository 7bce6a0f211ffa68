import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from "@tanstack/virtual-core";
import {
  type Accessor,
  batch,
  createComputed,
  createMemo,
  createSignal,
  on,
  onCleanup,
  onMount,
} from "solid-js";
import type { Rows } from "./window-request";

interface VirtualRowsOptions {
  count: Accessor<number>;
  /** Pixels, of each row. */
  rowHeight: Accessor<number>;
  scroller: () => HTMLElement;
  /** Pixels at the scroller's end that something else lies over. */
  covered?: Accessor<number>;
  /** Rows kept ready above and below those in sight. */
  overscan: number;
}

export interface VirtualRows {
  /** Those that are to be seen; undefined while there are none. */
  inSight: Accessor<Rows | undefined>;
  /** Those that are to be in the document: with some around them. */
  inDocument: Accessor<Rows | undefined>;
  /** Until shortly after the last movement. */
  isScrolling: Accessor<boolean>;
  /** Pixels, of all rows. */
  height: Accessor<number>;
  scrollTo(index: number): void;
}

/** Which of many rows of one height a scroller needs. */
export function createVirtualRows({
  count,
  rowHeight,
  scroller,
  covered,
  overscan,
}: VirtualRowsOptions): VirtualRows {
  const options = (): VirtualizerOptions<HTMLElement, HTMLElement> => {
    const height = rowHeight();
    return {
      count: count(),
      estimateSize: () => height,
      getScrollElement: scroller,
      scrollPaddingEnd: covered?.() ?? 0,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      onChange: () => publish(),
    };
  };
  const virtualizer = new Virtualizer(options());
  const [inSight, setInSight] = createSignal<Rows | undefined>(undefined, { equals: isSame });
  const [isScrolling, setScrolling] = createSignal(false);

  const publish = () => {
    // Tells the virtualizer what is known here, so that it calls back with whatever differs from that.
    virtualizer.getVirtualIndexes();
    const { range } = virtualizer;
    batch(() => {
      setInSight(range ? { first: range.startIndex, last: range.endIndex } : undefined);
      setScrolling(virtualizer.isScrolling);
    });
  };
  const follow = () => {
    virtualizer._willUpdate();
    publish();
  };

  onMount(() => {
    onCleanup(virtualizer._didMount());
    follow();
  });
  createComputed(
    on(
      options,
      (changed) => {
        virtualizer.setOptions(changed);
        follow();
      },
      { defer: true },
    ),
  );
  // The virtualizer keeps the places that it has made.
  createComputed(on(rowHeight, () => virtualizer.measure(), { defer: true }));

  return {
    inSight,
    inDocument: createMemo(
      () => {
        const rows = inSight();
        if (!rows) return undefined;
        const first = Math.max(0, rows.first - overscan);
        const last = Math.min(count() - 1, rows.last + overscan);
        return first <= last ? { first, last } : undefined;
      },
      undefined,
      { equals: isSame },
    ),
    isScrolling,
    height: () => count() * rowHeight(),
    scrollTo: (index) => virtualizer.scrollToIndex(index),
  };
}

export function isWithin(rows: Rows | undefined, index: number): boolean {
  return rows !== undefined && index >= rows.first && index <= rows.last;
}

function isSame(left: Rows | undefined, right: Rows | undefined): boolean {
  return left?.first === right?.first && left?.last === right?.last;
}
