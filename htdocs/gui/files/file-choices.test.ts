import { expect, test } from "vitest";
import { createFileChoices } from "./file-choices";

const files = [1, 2, 4, 8].map((length) => ({ path: `folder/${length}`, length }));

test("of a new torrent all is wanted, and nothing need be said", () => {
  const choices = createFileChoices(files);
  expect(choices.wanted([0, 1, 2, 3])).toBe(true);
  expect(choices.priority([0, 1, 2, 3])).toBe(0);
  expect(choices.total()).toEqual({ count: 4, length: 15 });
  expect(choices.arguments()).toEqual({});
});

test("files that differ are mixed, and are told by their numbers", () => {
  const choices = createFileChoices(files);
  choices.setWanted([1, 2], false);
  choices.setPriority([0, 1], 1);
  choices.setPriority([3], -1);
  expect([choices.wanted([0, 1]), choices.wanted([1, 2]), choices.wanted([0, 3])]).toEqual([
    undefined,
    false,
    true,
  ]);
  expect([choices.priority([0, 1]), choices.priority([2, 3])]).toEqual([1, undefined]);
  expect(choices.total()).toEqual({ count: 2, length: 9 });
  expect(choices.arguments()).toEqual({
    "files-unwanted": [1, 2],
    "priority-high": [0, 1],
    "priority-low": [3],
  });
});
