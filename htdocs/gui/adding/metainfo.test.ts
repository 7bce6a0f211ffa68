import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { readMetainfo } from "./metainfo";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: string) => `${bytes(value).length}:${value}`;

const pieces = text("pieces") + text("x".repeat(20));
const manyFiles =
  `d${text("files")}l` +
  `d${text("length")}i7e${text("path")}l${text("art")}${text("cöver.png")}ee` +
  `d${text("length")}i0e${text("path")}l${text("empty")}ee` +
  `e${text("name")}${text("album")}${text("piece length")}i16384e${pieces}${text("private")}i1ee`;
// Not in order, so that what is encoded again has another hash.
const oneFile = `d${text("name")}${text("one.iso")}${text("length")}i5e${pieces}e`;

test("reads files in their order, trackers once each, and what else there is", () => {
  const tracker = text("http://tracker/announce");
  const file =
    `d${text("announce")}${text("http://old/")}${text("announce-list")}ll${tracker}el${tracker}${text("udp://b")}ee` +
    `${text("comment")}${text("Grüße")}${text("info")}${manyFiles}e`;
  expect(readMetainfo(bytes(file))).toEqual({
    hash: createHash("sha1").update(manyFiles).digest("hex"),
    name: "album",
    files: [
      { path: "album/art/cöver.png", length: 7 },
      { path: "album/empty", length: 0 },
    ],
    trackers: ["http://tracker/announce", "udp://b"],
    isPrivate: true,
    comment: "Grüße",
  });
});

/** A file whose path has so many names below the torrent's. */
function inFolders(names: number): string {
  const path = `${text("path")}l${text("a").repeat(names)}e`;
  return `d${text("files")}ld${text("length")}i1e${path}ee${text("name")}${text("a")}${pieces}e`;
}

test("folders in folders are no trouble up to a hundred names", () => {
  const [file] = readMetainfo(bytes(`d${text("info")}${inFolders(99)}e`)).files;
  expect(file!.path.split("/")).toHaveLength(100);
});

test("the hash is that of the bytes as they are", () => {
  expect(readMetainfo(bytes(`d${text("info")}${oneFile}e`))).toEqual({
    hash: createHash("sha1").update(oneFile).digest("hex"),
    name: "one.iso",
    files: [{ path: "one.iso", length: 5 }],
    trackers: [],
    isPrivate: false,
    comment: "",
  });
});

test.each([
  ["nothing", "", "no torrent file"],
  ["something else", "<!doctype html>", "no torrent file"],
  ["a part", `d${text("info")}${oneFile.slice(0, 40)}`, "only a part"],
  ["a length that goes back", "d-3:", "no torrent file"],
  ["a text longer than the file", "d99999:", "no torrent file"],
  ["lists without end", "l".repeat(1_000_000), "no torrent file"],
  ["no dictionary", "i1e", "no torrent file"],
  ["no info", "d4:spam4:eggse", "no torrent file"],
  ["version 2", `d${text("info")}d${text("meta version")}i2eee`, "not of BitTorrent version 1"],
  ["no size", `d${text("info")}d${pieces}ee`, "no size"],
  ["too many folders", `d${text("info")}${inFolders(100)}e`, "too many folders"],
  ["no path", `d${text("info")}d${text("files")}ld${text("length")}i1eee${pieces}ee`, "no name"],
])("tells at once what is wrong: %s", (_, file, message) => {
  expect(() => readMetainfo(bytes(file))).toThrow(message);
});
