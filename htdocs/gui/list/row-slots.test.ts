import { createRoot, createSignal } from "solid-js";
import { expect, test } from "vitest";
import { createRowSlots } from "./row-slots";
import type { Rows } from "./window-request";

test("slots whose rows are scrolled away take those that are scrolled in", () => {
  createRoot(() => {
    const [range, setRange] = createSignal<Rows | undefined>({ first: 0, last: 3 });
    const slots = createRowSlots(range);
    const indexes = () => slots().map(({ index }) => index());
    expect(indexes()).toEqual([0, 1, 2, 3]);
    const before = slots();
    setRange({ first: 2, last: 5 });
    expect(indexes()).toEqual([2, 3, 4, 5]);
    expect(new Set(slots())).toEqual(new Set(before));
    expect(slots()[0]).toBe(before[2]);
    setRange({ first: 100, last: 101 });
    expect(indexes()).toEqual([100, 101]);
    expect(slots().every((slot) => before.includes(slot))).toBe(true);
    setRange(undefined);
    expect(slots()).toEqual([]);
  });
});
