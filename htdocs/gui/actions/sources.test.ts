import { expect, test } from "vitest";
import { readLinks } from "./sources";

test("finds magnet links and URLs, one or many", () => {
  expect(readLinks("magnet:?xt=urn:btih:1 \n https://host/a.torrent\nHTTP://host/b")).toEqual([
    "magnet:?xt=urn:btih:1",
    "https://host/a.torrent",
    "HTTP://host/b",
  ]);
});

test("takes no path and no other scheme", () => {
  expect(
    readLinks("/etc/passwd file:///etc/passwd ftp://host/a magnet: https:// javascript:alert(1)"),
  ).toEqual([]);
});
