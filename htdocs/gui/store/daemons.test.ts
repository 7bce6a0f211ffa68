import { expect, test } from "vitest";
import { createDaemons } from "./daemons";

const up = { state: "up", since: 1 } as const;

test("sizes are those last told, whatever is told without them", () => {
  const daemons = createDaemons();
  expect(daemons.sizes()).toBeUndefined();
  daemons.applySession({ daemons: { main: up, other: { ...up, stats: { torrentCount: 7 } } } });
  expect(daemons.sizes()).toEqual({ main: undefined, other: 7 });
  daemons.applySession({ daemons: { main: { ...up, stats: { torrentCount: 5 } } } });
  daemons.applySession({ daemons: { other: { state: "down", since: 2 } } });
  daemons.applyTorrents({ revision: 1, snapshot: true, torrents: {}, removed: [], daemons: { main: up } });
  expect(daemons.sizes()).toEqual({ main: 5, other: 7 });
});

test("a list tells the state of its daemons and leaves the rest as it was told, and forgets the others", () => {
  const daemons = createDaemons();
  daemons.applySession({ daemons: { main: { ...up, roots: ["/srv"] }, other: up } });
  const list = { revision: 1, torrents: {}, removed: [] };
  const down = { state: "down", since: 2, reason: "no answer" } as const;
  daemons.applyTorrents({ ...list, snapshot: false, daemons: { main: down } });
  expect(daemons.byName).toEqual({ main: { ...down, roots: ["/srv"] }, other: up });
  daemons.applyTorrents({ ...list, snapshot: true, daemons: { main: up } });
  expect(daemons.byName).toEqual({ main: { ...up, roots: ["/srv"] } });
});
