import { expect, test } from "vitest";
import { buildTree, shownNodes } from "./tree";

const files = [
  { path: "album/track 10.flac", length: 10 },
  { path: "album/art/cover.png", length: 3 },
  { path: "album/track 2.flac", length: 20 },
  { path: "album/art/back.png", length: 4 },
];

test("folders come first, names in their natural order, and files keep their numbers", () => {
  const tree = buildTree(files);
  const shown = shownNodes(tree, () => true);
  expect(shown.map(({ name, depth, files: numbers }) => [name, depth, numbers])).toEqual([
    ["album", 0, [0, 1, 2, 3]],
    ["art", 1, [1, 3]],
    ["back.png", 2, [3]],
    ["cover.png", 2, [1]],
    ["track 2.flac", 1, [2]],
    ["track 10.flac", 1, [0]],
  ]);
  expect(tree[0]!.length).toBe(37);
  expect(shown[1]!.length).toBe(7);
  expect(shown[2]!.parent).toBe(shown[1]);
  expect(tree[0]!.parent).toBeUndefined();
});

test("what is in a closed folder is not shown", () => {
  const shown = shownNodes(buildTree(files), ({ path }) => path === "album");
  expect(shown.map(({ name }) => name)).toEqual(["album", "art", "track 2.flac", "track 10.flac"]);
});

test("a torrent of one file is that file", () => {
  expect(buildTree([{ path: "one.iso", length: 5 }])).toMatchObject([
    { name: "one.iso", isFolder: false, files: [0], length: 5 },
  ]);
});

test("a hundred thousand files, and a path of thousands of folders, are no trouble", () => {
  const many = Array.from({ length: 100_000 }, (_, number) => ({ path: `a/${number}`, length: 1 }));
  expect(shownNodes(buildTree(many), () => true)).toHaveLength(100_001);
  const deep = [{ path: "a/".repeat(5_000) + "file", length: 1 }];
  expect(shownNodes(buildTree(deep), () => true)).toHaveLength(5_001);
});
