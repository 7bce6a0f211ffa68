import { type Accessor, createMemo, createSignal, type Setter, untrack } from "solid-js";
import type { Rows } from "./window-request";

/** A place for a row on the page, and which row of the list it has. */
export interface RowSlot {
  index: Accessor<number>;
}

/**
 * Slots for the rows of a range, in order. One whose row is scrolled away takes a row that is scrolled in: elements
 * are changed instead of made.
 */
export function createRowSlots(range: Accessor<Rows | undefined>): Accessor<readonly RowSlot[]> {
  interface Slot extends RowSlot {
    setIndex: Setter<number>;
  }
  const createSlot = (at: number): Slot => {
    const [index, setIndex] = createSignal(at);
    return { index, setIndex };
  };
  return createMemo<Slot[]>((before) => {
    const rows = range();
    if (!rows) return [];
    return untrack(() => {
      const kept = new Map<number, Slot>();
      const free: Slot[] = [];
      for (const slot of before) {
        const index = slot.index();
        if (index >= rows.first && index <= rows.last) kept.set(index, slot);
        else free.push(slot);
      }
      return Array.from({ length: rows.last - rows.first + 1 }, (_, at) => {
        const index = rows.first + at;
        const slot = kept.get(index) ?? free.pop() ?? createSlot(index);
        slot.setIndex(index);
        return slot;
      });
    });
  }, []);
}
