import { createEffect, createRoot } from "solid-js";
import { describe, expect, test } from "vitest";
import type { TorrentObjects, TorrentsEvent } from "../protocol";
import { createTorrents, type Torrents } from "./torrents";

function event(changes: Partial<TorrentsEvent>): TorrentsEvent {
  return { revision: 1, snapshot: false, torrents: {}, removed: [], ...changes };
}

function snapshot(revision: number, torrents: TorrentObjects): TorrentsEvent {
  return event({ revision, snapshot: true, torrents });
}

function loaded(): Torrents {
  const torrents = createTorrents();
  torrents.apply(
    snapshot(1, { a: { name: "Alpha", percentDone: 0.1 }, b: { name: "Beta", percentDone: 0.2 } }),
  );
  return torrents;
}

const names = (torrents: Torrents) => Object.values(torrents.all()).map(({ name }) => name);

describe("snapshots", () => {
  test("load the list", () => {
    const torrents = createTorrents();
    expect(torrents.isLoaded()).toBe(false);
    expect(torrents.apply(snapshot(7, { a: { name: "Alpha" } }))).toBe(true);
    expect(torrents.isLoaded()).toBe(true);
    expect(torrents.get("a")).toMatchObject({ hash: "a", name: "Alpha", eta: -1 });
  });

  test("an empty one loads an empty list", () => {
    const torrents = createTorrents();
    torrents.apply(snapshot(1, {}));
    expect(torrents.isLoaded()).toBe(true);
    expect(names(torrents)).toEqual([]);
  });

  test("replace everything, and keep what stays the same object", () => {
    const torrents = loaded();
    const before = torrents.all()["a"];
    torrents.apply(snapshot(9, { a: { name: "Alpha", percentDone: 0.9 }, c: { name: "Gamma" } }));
    expect(names(torrents).sort()).toEqual(["Alpha", "Gamma"]);
    expect(torrents.all()["a"]).toBe(before);
    expect(torrents.get("a")?.percentDone).toBe(0.9);
    expect(torrents.get("b")).toBeUndefined();
  });

  test("may begin again with lower revisions, as after a restart of the server", () => {
    const torrents = loaded();
    torrents.apply(snapshot(100, { a: { name: "Alpha" } }));
    torrents.apply(snapshot(1, { a: { name: "Alpha" } }));
    torrents.apply(event({ revision: 2, torrents: { a: { percentDone: 0.5 } } }));
    expect(torrents.get("a")?.percentDone).toBe(0.5);
  });

  test("come as tables too", () => {
    const torrents = createTorrents();
    const table = {
      fields: ["name", "hash", "percentDone"],
      rows: [
        ["Alpha", "a", 0.1],
        ["Beta", "b", 0.2],
      ],
    };
    torrents.apply(event({ snapshot: true, torrents: table }));
    expect(torrents.get("b")).toMatchObject({ hash: "b", name: "Beta", percentDone: 0.2 });
  });
});

describe("deltas", () => {
  test("as objects change the fields that they name", () => {
    const torrents = loaded();
    expect(torrents.apply(event({ revision: 2, torrents: { a: { percentDone: 0.3 } } }))).toBe(true);
    expect(torrents.get("a")).toMatchObject({ name: "Alpha", percentDone: 0.3 });
    expect(torrents.get("b")?.percentDone).toBe(0.2);
  });

  test("as tables leave alone what is null", () => {
    const torrents = loaded();
    const fields = ["hash", "percentDone", "rateDownload", "isStalled"];
    torrents.apply(
      event({
        revision: 2,
        torrents: {
          fields,
          rows: [
            ["a", 0.3, null, true],
            ["b", null, 0, null],
          ],
        },
      }),
    );
    expect(torrents.get("a")).toMatchObject({ percentDone: 0.3, rateDownload: 0, isStalled: true });
    expect(torrents.get("b")).toMatchObject({ percentDone: 0.2, rateDownload: 0 });
  });

  test("add and remove torrents", () => {
    const torrents = loaded();
    torrents.apply(event({ revision: 2, torrents: { c: { name: "Gamma" } }, removed: ["a", "never seen"] }));
    expect(names(torrents).sort()).toEqual(["Beta", "Gamma"]);
  });

  test("that a snapshot already had in it change nothing", () => {
    const torrents = createTorrents();
    torrents.apply(event({ revision: 4, torrents: { a: { percentDone: 0.4 } } }));
    torrents.apply(snapshot(5, { a: { name: "Alpha", percentDone: 0.5 } }));
    torrents.apply(event({ revision: 5, torrents: { a: { percentDone: 0.1 } }, removed: ["a"] }));
    expect(torrents.get("a")?.percentDone).toBe(0.5);
  });

  test("of a torrent that never appeared tell that something was missed", () => {
    const torrents = loaded();
    expect(torrents.apply(event({ revision: 2, torrents: { c: { percentDone: 0.5 } } }))).toBe(false);
    expect(torrents.get("c")).toBeUndefined();
  });
});

describe("the revision to go on from", () => {
  test("is the last event's, also of a snapshot with a lower one", () => {
    const torrents = createTorrents();
    expect(torrents.revision()).toBeUndefined();
    torrents.apply(event({ revision: 4 }));
    expect(torrents.revision()).toBeUndefined();
    torrents.apply(snapshot(5, { a: { name: "Alpha" } }));
    torrents.apply(event({ revision: 8, torrents: { a: { percentDone: 0.5 } } }));
    expect(torrents.revision()).toBe(8);
    torrents.apply(snapshot(3, { a: { name: "Alpha" } }));
    expect(torrents.revision()).toBe(3);
  });

  test("stays over a connection that is lost, and what was missed changes the list that is there", () => {
    const torrents = loaded();
    expect(
      torrents.apply(event({ revision: 2, torrents: { a: { percentDone: 0.3 } }, removed: ["b"] })),
    ).toBe(true);
    expect(torrents.apply(event({ revision: 3 }))).toBe(true);
    expect(names(torrents)).toEqual(["Alpha"]);
    expect(torrents.revision()).toBe(3);
  });

  test("is none when something was missed, until a snapshot has come", () => {
    const torrents = loaded();
    torrents.apply(event({ revision: 2, torrents: { c: { percentDone: 0.5 } } }));
    expect(torrents.revision()).toBeUndefined();
    torrents.apply(snapshot(4, { a: { name: "Alpha" }, c: { name: "Gamma" } }));
    expect(torrents.revision()).toBe(4);
  });
});

describe("what follows the store", () => {
  function watch(follow: () => void): { runs: () => number } {
    let runs = 0;
    createRoot(() =>
      createEffect(() => {
        follow();
        runs++;
      }),
    );
    return { runs: () => runs };
  }

  test("a cell runs again only when its own field changed", () => {
    const torrents = loaded();
    const progress = watch(() => torrents.get("a")?.percentDone);
    torrents.apply(event({ revision: 2, torrents: { a: { rateDownload: 5 }, b: { percentDone: 0.9 } } }));
    torrents.apply(event({ revision: 3, torrents: { a: { percentDone: 0.1 } } }));
    torrents.apply(event({ revision: 4, torrents: { c: { name: "Gamma" } } }));
    expect(progress.runs()).toBe(1);
    torrents.apply(event({ revision: 5, torrents: { a: { percentDone: 0.2 } } }));
    expect(progress.runs()).toBe(2);
  });

  test("a cell runs once for an event that changes several of its fields", () => {
    const torrents = loaded();
    const status = watch(() => [torrents.get("a")?.status, torrents.get("a")?.error]);
    torrents.apply(event({ revision: 2, torrents: { a: { status: 4, error: 1 } } }));
    expect(status.runs()).toBe(2);
  });

  test("the list runs again for its fields, and for torrents that come or go", () => {
    const torrents = loaded();
    const list = watch(() => torrents.follow("name"));
    torrents.apply(event({ revision: 2, torrents: { a: { percentDone: 0.7, labels: ["x"] } } }));
    expect(list.runs()).toBe(1);
    torrents.apply(event({ revision: 3, torrents: { b: { name: "Better" } } }));
    expect(list.runs()).toBe(2);
    torrents.apply(event({ revision: 4, removed: ["a"] }));
    expect(list.runs()).toBe(3);
  });

  test("equal labels are no change", () => {
    const torrents = loaded();
    torrents.apply(event({ revision: 2, torrents: { a: { labels: ["x", "y"] } } }));
    const labels = watch(() => torrents.follow("labels"));
    torrents.apply(event({ revision: 3, torrents: { a: { labels: ["x", "y"] } } }));
    expect(labels.runs()).toBe(1);
    torrents.apply(event({ revision: 4, torrents: { a: { labels: ["x"] } } }));
    expect(labels.runs()).toBe(2);
  });
});

test("an observer is told each torrent that came, went or changed, before what follows the store runs", () => {
  const torrents = loaded();
  const told: unknown[] = [];
  createRoot(() => {
    torrents.observe((hash, fields) => told.push([hash, fields, torrents.all()[hash]?.name]));
    createEffect(() => {
      torrents.follow("name");
      told.push("follower");
    });
  });
  torrents.apply(
    event({
      revision: 2,
      torrents: { a: { name: "Alef", percentDone: 0.1 }, b: { percentDone: 0.2 }, c: { name: "Gamma" } },
      removed: ["b"],
    }),
  );
  expect(told).toEqual([
    "follower",
    ["a", ["name"], "Alef"],
    ["c", undefined, "Gamma"],
    ["b", undefined, undefined],
    "follower",
  ]);
});

test("trackers are known by their hosts", () => {
  const torrents = createTorrents();
  const trackers = ["https://B.example:443/a@b", "udp://a.example", "udp://u:p@[2001:DB8::1]:80/x", "no url"];
  const wire = trackers.map((announce) => ({ announce, scrape: "", id: 0, tier: 0 }));
  torrents.apply(snapshot(1, { a: { name: "Alpha", trackers: [...wire, wire[0]] as never } }));
  expect(torrents.get("a")!.trackers).toEqual(["", "[2001:db8::1]", "a.example", "b.example"]);
});
