import { expect, test } from "vitest";
import { commonRoots, folderProblem, isBelow } from "./folders";

test("a folder is below a root by whole names", () => {
  expect(isBelow("/srv/torrents", ["/srv/torrents"])).toBe(true);
  expect(isBelow("/srv/torrents/films", ["/data", "/srv/torrents"])).toBe(true);
  expect(isBelow("/srv/torrents2", ["/srv/torrents"])).toBe(false);
  expect(isBelow("/anywhere", ["/"])).toBe(true);
  expect(isBelow("/srv", [])).toBe(false);
});

test("torrents of several daemons go where all of them may put them", () => {
  expect(commonRoots([["/srv/a", "/data"], ["/srv"]])).toEqual(["/srv/a"]);
  expect(commonRoots([["/srv"], []])).toEqual([]);
  expect(commonRoots([])).toEqual([]);
});

test("a path never climbs out of its root", () => {
  expect(folderProblem("/srv/torrents/../secret", ["/srv/torrents"])).not.toBe("");
  expect(folderProblem("/srv/torrents/a..b", ["/srv/torrents"])).toBe("");
});
