import { expect, test } from "vitest";
import { labelChanges, labelProblem, readChoices } from "./label-changes";

const torrents = new Map([
  ["a", ["one", "two"]],
  ["b", ["two"]],
  ["c", []],
]);

test("a label is all torrents', nobody's, or that of some", () => {
  expect(readChoices([["one", "two"], ["two"]], ["ten", "2nd"])).toEqual({
    "2nd": false,
    one: undefined,
    ten: false,
    two: true,
  });
});

test("what is not chosen stays with whoever has it", () => {
  expect(labelChanges(torrents, { one: undefined, two: false, new: true })).toEqual([
    { hashes: ["a"], labels: ["one", "new"] },
    { hashes: ["b", "c"], labels: ["new"] },
  ]);
});

test("torrents that keep their labels are left out", () => {
  expect(labelChanges(torrents, { one: undefined, two: true })).toEqual([{ hashes: ["c"], labels: ["two"] }]);
  expect(labelChanges(torrents, { one: undefined, two: undefined })).toEqual([]);
});

test("a new label has no commas, and is new", () => {
  expect(labelProblem("a, b", {})).not.toBe("");
  expect(labelProblem(" one ", { one: false })).not.toBe("");
  expect(labelProblem("two", { one: false })).toBe("");
});
