import { type Accessor, createRoot, createSignal } from "solid-js";
import { describe, expect, test, vi } from "vitest";
import { createSelection, type Selection } from "./selection";
import type { View } from "./view";

const plain = { ctrlKey: false, metaKey: false, shiftKey: false };
const control = { ...plain, ctrlKey: true };
const shift = { ...plain, shiftKey: true };

/** A view of which the rows that `isLoaded` names are there; it knows all of them, or what lies outside not. */
function createView(order: Accessor<readonly string[]>, isLoaded?: (hash: string) => boolean): View {
  const isThere = isLoaded ?? (() => true);
  const indexOf = (hash: string) => (isThere(hash) ? order().indexOf(hash) : -1);
  return {
    total: () => order().length,
    counts: () => ({}) as never,
    sortsBy: () => true,
    count: () => order().length,
    hashAt: (index) =>
      order()
        .slice(index, index + 1)
        .find(isThere),
    indexOf,
    mayShow: (hash) => isLoaded !== undefined || indexOf(hash) >= 0,
    countShown: (hashes) => [...hashes].filter((hash) => isLoaded !== undefined || indexOf(hash) >= 0).length,
    hashes: vi.fn(async (first, last) => order().slice(first, last + 1)),
  };
}

function create(order = "abcdef", loaded?: string) {
  return createRoot(() => {
    const [hashes, setHashes] = createSignal<readonly string[]>([...order]);
    const [loadedHashes, setLoaded] = createSignal(loaded ?? "");
    const view = createView(
      hashes,
      loaded === undefined ? undefined : (hash) => loadedHashes().includes(hash),
    );
    const failures: unknown[] = [];
    const selection = createSelection(
      () => view,
      (error) => failures.push(error),
    );
    return { selection, setHashes, setLoaded, view, failures };
  });
}

/** Those that a command would get. */
async function selectedIn(selection: Selection): Promise<readonly string[]> {
  let selected: readonly string[] = [];
  await selection.act((hashes) => (selected = hashes));
  return selected;
}

test("a click takes one, with ctrl it toggles, with shift it takes the range from the last one", async () => {
  const { selection } = create();
  await selection.click("b", plain);
  await selection.click("e", control);
  expect(await selectedIn(selection)).toEqual(["b", "e"]);
  await selection.click("b", control);
  expect(await selectedIn(selection)).toEqual(["e"]);
  await selection.click("c", plain);
  await selection.click("e", shift);
  expect(await selectedIn(selection)).toEqual(["c", "d", "e"]);
  await selection.click("a", shift);
  expect(await selectedIn(selection)).toEqual(["a", "b", "c"]);
});

test("the keyboard moves within the list, with shift it extends", async () => {
  const { selection } = create();
  await selection.moveTo(2, false);
  await selection.moveTo(3, true);
  await selection.moveTo(99, true);
  expect(await selectedIn(selection)).toEqual(["c", "d", "e", "f"]);
  expect(selection.active()).toBe("f");
  expect(selection.activeIndex()).toBe(5);
  await selection.moveTo(-1, false);
  expect(await selectedIn(selection)).toEqual(["a"]);
});

test("all and none", async () => {
  const { selection } = create();
  await selection.all();
  expect(await selectedIn(selection)).toHaveLength(6);
  expect(selection.count()).toBe(6);
  selection.clear();
  expect(selection.count()).toBe(0);
});

test("inverted, those are selected that were not", async () => {
  const { selection } = create();
  await selection.click("b", plain);
  await selection.click("e", control);
  await selection.invert();
  expect(await selectedIn(selection)).toEqual([..."acdf"]);
  await selection.invert();
  expect(await selectedIn(selection)).toEqual(["b", "e"]);
});

test("what the list does not show is not selected, and cannot be acted on", async () => {
  const { selection, setHashes } = create();
  await selection.all();
  await selection.click("b", control);
  setHashes(["f", "b", "a"]);
  expect(selection.count()).toBe(2);
  expect(await selectedIn(selection)).toEqual(["f", "a"]);
  setHashes(["f"]);
  expect(selection.active()).toBeUndefined();
  setHashes([..."abcdef"]);
  expect(await selectedIn(selection)).toEqual([..."acdef"]);
});

test("the keyboard goes on where the active row was that is gone", async () => {
  const { selection, setHashes } = create();
  expect(selection.activeIndex()).toBe(-1);
  await selection.click("c", plain);
  setHashes([..."abdef"]);
  expect(selection.active()).toBeUndefined();
  expect(selection.activeIndex()).toBe(2);
  setHashes(["a"]);
  expect(selection.activeIndex()).toBe(0);
});

test("nothing is done when nothing is selected", async () => {
  const { selection } = create();
  const action = vi.fn();
  await selection.act(action);
  expect(action).not.toHaveBeenCalled();
});

test("a range from a row that is gone begins anew", async () => {
  const { selection, setHashes } = create();
  await selection.click("a", plain);
  setHashes(["b", "c", "d"]);
  await selection.click("c", shift);
  expect(await selectedIn(selection)).toEqual(["c"]);
});

describe("of rows that are not there yet", () => {
  test("all are taken, and acted on", async () => {
    const { selection } = create("abcdef", "cd");
    await selection.all();
    expect(selection.count()).toBe(6);
    expect(await selectedIn(selection)).toEqual([..."abcdef"]);
  });

  test("a range reaches from one that was there to one that is", async () => {
    const { selection, setLoaded } = create("abcdef", "ab");
    await selection.click("b", plain);
    setLoaded("ef");
    expect(selection.activeIndex()).toBe(1);
    await selection.click("e", shift);
    expect(await selectedIn(selection)).toEqual([..."bcde"]);
  });

  test("the keyboard goes to the end at once, and selects when the torrent is known", async () => {
    const { selection } = create("abcdef", "abc");
    const moved = selection.moveTo(5, false);
    expect(selection.lastPlace()).toEqual({ index: 5, hash: undefined });
    await moved;
    expect(selection.active()).toBe("f");
    expect(await selectedIn(selection)).toEqual(["f"]);
    await selection.moveTo(3, true);
    expect(selection.active()).toBe("d");
    expect(await selectedIn(selection)).toEqual(["d", "e", "f"]);
  });

  test("what was asked for before the last click changes nothing any more", async () => {
    const { selection } = create("abcdef", "abc");
    const all = selection.all();
    await selection.click("b", plain);
    await all;
    expect(await selectedIn(selection)).toEqual(["b"]);
  });

  test("rows that are there need no question", async () => {
    const { selection, view } = create("abcdef", "abc");
    await selection.click("c", plain);
    await selection.click("a", control);
    expect(await selectedIn(selection)).toEqual(["a", "c"]);
    expect(view.hashes).not.toHaveBeenCalled();
  });

  test("the active row is toggled where it was, also when it has been scrolled away", async () => {
    const { selection, setLoaded } = create("abcdef", "abc");
    await selection.click("c", plain);
    setLoaded("f");
    selection.toggle("c");
    expect(selection.lastPlace()).toEqual({ index: 2, hash: "c" });
    expect(selection.count()).toBe(0);
  });

  test("those that are gone are counted no longer, until they are back", async () => {
    vi.useFakeTimers();
    const { selection, setHashes, view } = create("abcdef", "abc");
    await selection.all();
    setHashes(["a", "b", "f"]);
    await vi.advanceTimersByTimeAsync(0);
    expect(selection.count()).toBe(3);
    setHashes([..."abcdef"]);
    // In sight, so it needs no question.
    expect(selection.count()).toBe(4);
    await vi.advanceTimersByTimeAsync(5000);
    expect(selection.count()).toBe(6);
    vi.mocked(view.hashes).mockClear();
    for (const rows of ["abcde", "abcd", "abcde"]) setHashes([...rows]);
    await vi.advanceTimersByTimeAsync(4000);
    expect(view.hashes).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1000);
    expect(view.hashes).toHaveBeenCalledTimes(1);
    expect(selection.count()).toBe(5);
    vi.useRealTimers();
  });

  test("a failure is told, and leaves the selection as it is", async () => {
    const { selection, failures, view } = create("abcdef", "abc");
    await selection.click("a", plain);
    vi.mocked(view.hashes).mockRejectedValue(new Error("no answer"));
    await selection.all();
    expect(failures).toHaveLength(1);
    expect(await selectedIn(selection)).toEqual(["a"]);
  });
});
