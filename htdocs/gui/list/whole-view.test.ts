import { createEffect, createRoot } from "solid-js";
import { describe, expect, test, vi } from "vitest";
import type { Torrent, TorrentsEvent } from "../protocol";
import { createTorrents } from "../store/torrents";
import { forgetfulPreferences } from "../store/preferences.fixture";
import type { ColumnId } from "./columns";
import { type FacetCounts, type FacetId, facets } from "./facets";
import { createQuery } from "./query";
import { fold, wordsMatcher } from "./search";
import { fittingColumns } from "./shown-columns";
import type { View } from "./view";
import { createWholeView } from "./whole-view";

const sample: Record<string, Partial<Torrent>> = {
  a: { name: "ubuntu 10", status: 4, rateDownload: 5, eta: 60, uploadRatio: 0.5, peersConnected: 3 },
  b: { name: "Ubuntu 9", status: 6, rateUpload: 7, eta: -1, uploadRatio: -2, peersConnected: 1 },
  c: { name: "debian", status: 0, eta: -2, uploadRatio: -1, error: 3, errorString: "no data" },
  d: { name: "arch", status: 2, eta: 5, uploadRatio: 2 },
};

/** As the wire has them. */
const announce = (...urls: string[]) => ({ trackers: urls.map((url) => ({ announce: url })) as never });
const places: Record<string, Partial<Torrent>> = {
  a: {
    labels: ["old"],
    downloadDir: "/srv/a",
    ...announce("https://Tracker.Example.org:443/announce?key=1"),
  },
  b: { downloadDir: "/srv/b", ...announce("udp://tracker.example.org:80", "http://u:p@[::1]:80/a") },
  c: { labels: ["old", "rare"], downloadDir: "/srv/c" },
  d: { downloadDir: "/srv/b", ...announce("nonsense://other") },
};

/** The page's user is 1. */
const owners = { a: { owner: "1" }, b: { owner: "21" }, c: { owner: "1" } };

function hashesOf(view: View): string[] {
  return Array.from({ length: view.count() }, (_, index) => view.hashAt(index)!);
}

function createSample() {
  return createRoot(() => {
    const torrents = createTorrents();
    const known = Object.entries(sample).map(([hash, torrent]) => [hash, { ...torrent, ...places[hash] }]);
    torrents.apply({ revision: 1, snapshot: true, torrents: Object.fromEntries(known), removed: [] });
    const query = createQuery(forgetfulPreferences());
    const view = createWholeView(torrents, query, () => "1");
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
    expect(query.sorting()).toEqual([{ column: "download", isDescending: false }]);
  });

  test("by several columns, of which each may be turned", () => {
    const { query, shown } = createSample();
    query.sortBy("folder");
    expect(shown().join("")).toBe("adbc");
    query.sortBy("download", true);
    query.sortBy("name", true);
    query.sortBy("name", true);
    expect(shown().join("")).toBe("abdc");
    query.sortBy("folder", true);
    expect(shown().join("")).toBe("cbda");
    query.sortBy("name");
    expect(query.sorting()).toEqual([{ column: "name", isDescending: false }]);
  });

  test("trackers and daemons by their names, torrents without any first", () => {
    const { query, shown, torrents } = createSample();
    query.sortBy("tracker");
    expect(shown().join("")).toBe("cbda");
    const daemons = { a: { daemon: "x" }, b: { daemon: "w" }, c: { daemon: "y" }, d: { daemon: "v" } };
    torrents.apply({ revision: 2, snapshot: false, torrents: daemons as never, removed: [] });
    query.sortBy("daemon");
    expect(shown().join("")).toBe("dbac");
  });

  test("owners by their ids, as the server does", () => {
    const { query, shown, torrents } = createSample();
    torrents.apply({ revision: 2, snapshot: false, torrents: owners, removed: [] });
    query.sortBy("owner");
    expect(shown().join("")).toBe("dcab");
  });

  test("first by another column keeps the further ones", () => {
    const { query } = createSample();
    query.sortBy("folder");
    query.sortBy("download", true);
    query.sortFirstBy("size");
    expect(query.sorting().map(({ column }) => column)).toEqual(["size", "download"]);
    query.sortFirstBy("download");
    expect(query.sorting()).toEqual([{ column: "download", isDescending: true }]);
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
  test("name what is known of a torrent once, whatever is searched for", () => {
    const { query, shown, torrents } = createSample();
    query.setSearch("u");
    const values = vi.spyOn(
      facets.find(({ id }) => id === "folders")!,
      "valuesOf",
    );
    query.setSearch("ub");
    query.choose("labels", "old");
    expect(shown()).toEqual(["a"]);
    expect(values).not.toHaveBeenCalled();
    torrents.apply({ revision: 2, snapshot: false, torrents: { c: { name: "ub" } }, removed: [] });
    expect(shown()).toEqual(["c", "a"]);
    values.mockRestore();
  });

  test("choose by state and follow it", () => {
    const { query, shown, torrents } = createSample();
    query.choose("status", "downloading");
    expect(shown()).toEqual(["a"]);
    torrents.apply({ revision: 2, snapshot: false, torrents: { c: { status: 4 } }, removed: [] });
    expect(shown()).toEqual(["c", "a"]);
  });

  test("count those that match all of the query but that facet", () => {
    const { query, view } = createSample();
    const counts = (facet: FacetId) => Object.fromEntries(view.counts()[facet]);
    const states = { all: 4, downloading: 1, seeding: 1, active: 2, stopped: 1, verifying: 1, problem: 1 };
    expect(counts("status")).toEqual(states);
    expect(counts("labels")).toEqual({ "": 2, old: 2, rare: 1 });
    query.choose("status", "active");
    expect(counts("status")).toEqual(states);
    expect(counts("labels")).toEqual({ "": 1, old: 1 });
    query.choose("labels", "old");
    expect(counts("status")).toEqual({ all: 2, downloading: 1, active: 1, stopped: 1, problem: 1 });
    expect(counts("folders")).toEqual({ "/srv/a": 1 });
    query.setSearch("nothing like this");
    expect(counts("labels")).toEqual({});
    expect(view.total()).toBe(4);
  });

  test("or-ed within a facet, and-ed between them", () => {
    const { query, shown } = createSample();
    query.choose("labels", "old");
    expect(shown()).toEqual(["c", "a"]);
    query.choose("labels", "", true);
    expect(shown()).toEqual(["d", "c", "b", "a"]);
    query.choose("folders", "/srv/b");
    expect(shown()).toEqual(["d", "b"]);
    query.choose("labels", "rare");
    expect(shown()).toEqual([]);
    query.clearFilter();
    expect(shown()).toHaveLength(4);
  });

  test("of trackers go by their hosts", () => {
    const { query, shown } = createSample();
    query.choose("trackers", "tracker.example.org");
    expect(shown()).toEqual(["b", "a"]);
    query.choose("trackers", "");
    expect(shown()).toEqual(["c"]);
  });

  test("of owners, who come to be known, are searched for by their names and ids", () => {
    const { query, shown, torrents, view } = createSample();
    expect(positive(view.counts())).toContainEqual(["owners", [["", 4]]]);
    query.setSearch("owner:you");
    expect(shown()).toEqual([]);
    torrents.apply({ revision: 2, snapshot: false, torrents: owners, removed: [] });
    expect(positive(view.counts())).toContainEqual(["owners", [["", 1], ["1", 2], ["21", 1]]]); // prettier-ignore
    expect(shown()).toEqual(["c", "a"]);
    query.setSearch("owner:2");
    expect(shown()).toEqual(["b"]);
    query.setSearch("owner:without");
    expect(shown()).toEqual([]);
    query.setSearch('owner:""');
    expect(shown()).toEqual(["d"]);
    query.choose("owners", "1");
    expect(shown()).toEqual(["d", "c", "a"]);
  });

  test("follow each change, and count as a new look at all torrents would", () => {
    const { query, torrents, view } = createSample();
    query.choose("labels", "old");
    query.setSearch("u");
    const changes: Partial<TorrentsEvent>[] = [
      { torrents: { b: { labels: ["old"], rateUpload: 0 }, a: { status: 0, rateDownload: 0 } } },
      { torrents: { d: { name: "uarch", labels: ["old"] }, c: { downloadDir: "/srv/new" } } },
      { torrents: { e: { name: "unity", labels: ["rare", "old"], downloadDir: "/srv/a" } }, removed: ["a"] },
      { torrents: { d: { owner: "1" }, e: { owner: "2" } } },
      { torrents: { b: { name: "bsd", trackers: [{ announce: "http://x/" }] as never } } },
    ];
    for (const [index, change] of changes.entries()) {
      torrents.apply({ revision: index + 2, snapshot: false, torrents: {}, removed: [], ...change });
      const fresh = createRoot(() => createWholeView(torrents, query, () => undefined));
      expect(positive(view.counts())).toEqual(positive(fresh.counts()));
      expect(hashesOf(view)).toEqual(hashesOf(fresh));
    }
  });
});

function positive(counts: FacetCounts) {
  return Object.entries(counts).map(([facet, values]) => [
    facet,
    [...values].filter(([, count]) => count > 0).sort(),
  ]);
}

describe("search", () => {
  const finds = (text: string) =>
    Object.keys(sample).filter((hash) => wordsMatcher(text)(fold(sample[hash]!.name!), hash));

  test.each([
    ["", "abcd"],
    ["UBUNTU", "ab"],
    ["10 ubu", "a"],
    ["ubuntu debian", ""],
    [" arch ", "d"],
  ])("“%s”", (text, found) => expect(finds(text).join("")).toBe(found));

  test("takes the beginning of a hash", () => {
    expect(wordsMatcher("0F3a")("x", "0f3ab7")).toBe(true);
  });
});

test("rows are found by number and by torrent", async () => {
  const { query, view } = createSample();
  query.choose("status", "active");
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
