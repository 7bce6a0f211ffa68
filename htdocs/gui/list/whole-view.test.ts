import { createEffect, createRoot } from "solid-js";
import { describe, expect, test } from "vitest";
import type { Torrent } from "../protocol";
import { createTorrents } from "../store/torrents";
import { type ColumnId, fittingColumns } from "./columns";
import { searchMatcher } from "./filters";
import { createQuery } from "./query";
import type { View } from "./view";
import { createWholeView } from "./whole-view";

const sample: Record<string, Partial<Torrent>> = {
  a: { name: "ubuntu 10", status: 4, rateDownload: 5, eta: 60, uploadRatio: 0.5, peersConnected: 3 },
  b: { name: "Ubuntu 9", status: 6, rateUpload: 7, eta: -1, uploadRatio: -2, peersConnected: 1 },
  c: { name: "debian", status: 0, eta: -2, uploadRatio: -1, error: 3, errorString: "no data" },
  d: { name: "arch", status: 2, eta: 5, uploadRatio: 2 },
};

function hashesOf(view: View): string[] {
  return Array.from({ length: view.count() }, (_, index) => view.hashAt(index)!);
}

function createSample() {
  return createRoot(() => {
    const torrents = createTorrents();
    torrents.apply({ revision: 1, snapshot: true, torrents: sample, removed: [] });
    const query = createQuery();
    const view = createWholeView(torrents, query);
    return { torrents, view, query, shown: () => hashesOf(view) };
  });
}

function sortedBy(column: ColumnId): string {
  const { query, shown } = createSample();
  // Away from the column first: a click on the present one turns the order around.
  query.sortBy(column === "peers" ? "name" : "peers");
  query.sortBy(column);
  return shown().join("");
}

describe("sorting", () => {
  test("names without regard to case, numbers in them as numbers", () => {
    expect(sortedBy("name")).toBe("dcba");
  });

  test("an unknown time left comes behind every known one, no time left behind that", () => {
    expect(sortedBy("eta")).toBe("dacb");
  });

  test("an infinite ratio is the highest, none the lowest", () => {
    expect(sortedBy("ratio")).toBe("bdac");
  });

  test("speeds begin with the highest, equal ones go by name", () => {
    expect(sortedBy("download")).toBe("adcb");
  });

  test("a second click turns the order around, but not that of equal ones", () => {
    const { query, shown } = createSample();
    query.sortBy("download");
    query.sortBy("download");
    expect(shown().join("")).toBe("dcba");
    expect(query.sorting()).toEqual({ column: "download", isDescending: false });
  });

  test("follows changes, additions and removals", () => {
    const { query, shown, torrents } = createSample();
    query.sortBy("download");
    torrents.apply({ revision: 2, snapshot: false, torrents: { d: { rateDownload: 50 } }, removed: [] });
    expect(shown().join("")).toBe("dacb");
    torrents.apply({
      revision: 3,
      snapshot: false,
      torrents: { e: { name: "new", rateDownload: 10 } },
      removed: ["a"],
    });
    expect(shown().join("")).toBe("decb");
  });

  test("keeps the same list when a change moves nothing", () => {
    const { query, shown, torrents } = createSample();
    query.sortBy("download");
    let changes = -1;
    createRoot(() =>
      createEffect(() => {
        shown();
        changes++;
      }),
    );
    torrents.apply({ revision: 2, snapshot: false, torrents: { a: { rateDownload: 6 } }, removed: [] });
    expect(changes).toBe(0);
  });
});

describe("filters", () => {
  test("choose by state and follow it", () => {
    const { query, shown, torrents } = createSample();
    query.setFilter("downloading");
    expect(shown()).toEqual(["a"]);
    torrents.apply({ revision: 2, snapshot: false, torrents: { c: { status: 4 } }, removed: [] });
    expect(shown()).toEqual(["c", "a"]);
  });

  test("count all torrents, whatever is shown", () => {
    const { query, shown, view } = createSample();
    query.setSearch("nothing like this");
    expect(shown()).toEqual([]);
    expect(view.counts()).toEqual({
      all: 4,
      downloading: 1,
      seeding: 1,
      active: 2,
      stopped: 1,
      queued: 0,
      verifying: 1,
      problem: 1,
    });
  });
});

describe("search", () => {
  const finds = (text: string) =>
    Object.keys(sample).filter((hash) => searchMatcher(text)({ ...sample[hash], hash } as Torrent));

  test.each([
    ["", "abcd"],
    ["UBUNTU", "ab"],
    ["10 ubu", "a"],
    ["ubuntu debian", ""],
    [" arch ", "d"],
  ])("“%s”", (text, found) => expect(finds(text).join("")).toBe(found));

  test("takes the beginning of a hash", () => {
    expect(searchMatcher("0F3a")({ name: "x", hash: "0f3ab7" } as Torrent)).toBe(true);
  });
});

test("rows are found by number and by torrent", async () => {
  const { query, view } = createSample();
  query.setFilter("active");
  expect([view.count(), view.total()]).toEqual([2, 4]);
  expect([view.hashAt(0), view.hashAt(1), view.hashAt(2)]).toEqual(["b", "a", undefined]);
  expect([view.indexOf("a"), view.indexOf("c"), view.mayShow("a"), view.mayShow("c")]).toEqual([
    1,
    -1,
    true,
    false,
  ]);
  expect(await view.hashes(1, 1)).toEqual(["a"]);
  expect(await view.hashes(0, Infinity)).toEqual(["b", "a"]);
});

describe("columns", () => {
  test("all fit a wide page", () => expect(fittingColumns(1200)).toHaveLength(9));

  test("a narrow one keeps the name and what matters most", () => {
    const ids = fittingColumns(720).map(({ id }) => id);
    expect(ids).toEqual(["name", "status", "progress", "download", "upload"]);
    expect(fittingColumns(100).map(({ id }) => id)).toEqual(["name"]);
  });
});
