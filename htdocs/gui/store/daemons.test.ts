import { expect, test } from "vitest";
import { createDaemons } from "./daemons";

const up = { state: "up", since: 1 } as const;

test("sizes are those last told, whatever is told without them", () => {
  const daemons = createDaemons();
  expect(daemons.sizes()).toBeUndefined();
  daemons.applySession({ daemons: { main: up, other: { ...up, stats: { torrentCount: 7 } } } }, true);
  expect(daemons.sizes()).toEqual({ main: undefined, other: 7 });
  daemons.applySession({ daemons: { main: { ...up, stats: { torrentCount: 5 } } } }, false);
  daemons.applySession({ daemons: { other: { state: "down", since: 2 } } }, false);
  daemons.applyTorrents({ revision: 1, snapshot: true, torrents: {}, removed: [], daemons: { main: up } });
  expect(daemons.sizes()).toEqual({ main: 5, other: 7 });
});

test("a daemon of which no size is known yet is news", () => {
  const daemons = createDaemons();
  daemons.applySession({ daemons: { main: { ...up, stats: { torrentCount: 5 } } } }, true);
  daemons.applySession({ daemons: { main: { ...up, stats: { torrentCount: 5 } }, attic: up } }, true);
  expect(daemons.sizes()).toStrictEqual({ main: 5, attic: undefined });
});

test("a list tells the state of its daemons and leaves the rest as it was told", () => {
  const daemons = createDaemons();
  daemons.applySession({ daemons: { main: { ...up, roots: ["/srv"] }, other: up } }, true);
  const list = { revision: 1, torrents: {}, removed: [] };
  const down = { state: "down", since: 2, reason: "no answer" } as const;
  daemons.applyTorrents({ ...list, snapshot: false, daemons: { main: down } });
  expect(daemons.byName).toEqual({ main: { ...down, roots: ["/srv"] }, other: up });
  daemons.applyTorrents({ ...list, snapshot: true, daemons: { main: up } });
  // One event for each daemon, of which the first is the snapshot.
  expect(daemons.byName).toEqual({ main: { ...up, roots: ["/srv"] }, other: up });
});

test("a session begins with all daemons there are", () => {
  const daemons = createDaemons();
  daemons.applySession({ daemons: { main: { ...up, stats: { torrentCount: 5 } }, other: up } }, true);
  daemons.applySession({ daemons: { main: up } }, true);
  expect(daemons.byName).toEqual({ main: up });
  expect(daemons.sizes()).toEqual({ main: 5 });
});

test("folders are those last told of the daemon", () => {
  const daemons = createDaemons();
  expect(daemons.roots("main")).toEqual([]);
  daemons.applySession({ daemons: { main: { ...up, roots: ["/srv/a", "/srv/b"] }, other: up } }, true);
  daemons.applySession({ daemons: { main: { state: "down", since: 2 } } }, false);
  expect(daemons.roots("main")).toEqual(["/srv/a", "/srv/b"]);
  expect(daemons.roots("other")).toEqual([]);
});
