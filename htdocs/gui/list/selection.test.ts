import { createRoot, createSignal } from "solid-js";
import { expect, test } from "vitest";
import { createSelection } from "./selection";

const plain = { ctrlKey: false, metaKey: false, shiftKey: false };
const control = { ...plain, ctrlKey: true };
const shift = { ...plain, shiftKey: true };

function create(order = "abcdef") {
  return createRoot(() => {
    const [hashes, setHashes] = createSignal<readonly string[]>([...order]);
    return { selection: createSelection(hashes), setHashes };
  });
}

test("a click takes one, with ctrl it toggles, with shift it takes the range from the last one", () => {
  const { selection } = create();
  selection.click("b", plain);
  selection.click("e", control);
  expect(selection.hashes()).toEqual(["b", "e"]);
  selection.click("b", control);
  expect(selection.hashes()).toEqual(["e"]);
  selection.click("c", plain);
  selection.click("e", shift);
  expect(selection.hashes()).toEqual(["c", "d", "e"]);
  selection.click("a", shift);
  expect(selection.hashes()).toEqual(["a", "b", "c"]);
});

test("the keyboard moves within the list, with shift it extends", () => {
  const { selection } = create();
  selection.moveTo(2, false);
  selection.moveTo(3, true);
  selection.moveTo(99, true);
  expect(selection.hashes()).toEqual(["c", "d", "e", "f"]);
  expect(selection.active()).toBe("f");
  selection.moveTo(-1, false);
  expect(selection.hashes()).toEqual(["a"]);
});

test("all and none", () => {
  const { selection } = create();
  selection.all();
  expect(selection.hashes()).toHaveLength(6);
  selection.clear();
  expect(selection.hashes()).toEqual([]);
});

test("what the list does not show is not selected, and cannot be acted on", () => {
  const { selection, setHashes } = create();
  selection.all();
  selection.click("b", control);
  setHashes(["f", "b", "a"]);
  expect(selection.hashes()).toEqual(["f", "a"]);
  setHashes(["f"]);
  expect(selection.active()).toBeUndefined();
});

test("a range from a row that is gone begins anew", () => {
  const { selection, setHashes } = create();
  selection.click("a", plain);
  setHashes(["b", "c", "d"]);
  selection.click("c", shift);
  expect(selection.hashes()).toEqual(["c"]);
});
