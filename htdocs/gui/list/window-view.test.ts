import { createRoot } from "solid-js";
import { expect, test, vi } from "vitest";
import type { WindowState } from "../store/feed";
import { createWindowView } from "./window-view";

const request = { filter: { status: ["stopped"] }, sort: [], offset: 2, limit: 3, fields: ["name", "eta"] };

/** A window of a list of 2,500 torrents; the server's list has `length` by now. */
function create(length = 2500) {
  const all = Array.from({ length }, (_, index) => `hash${index}`);
  const state: WindowState = {
    request,
    order: ["hash2", "hash3", "hash4"],
    offset: 2,
    counts: {
      total: 9000,
      matching: 2500,
      status: new Map([
        ["all", 9000],
        ["stopped", 2500],
      ]),
      labels: new Map([["old", 7]]),
      trackers: new Map(),
      folders: new Map(),
      owners: new Map(),
    },
  };
  const call = vi.fn(async (_procedure: string, { offset, limit }: { offset: number; limit: number }) => ({
    order: all.slice(offset, offset + limit),
  }));
  const view = createRoot(() => createWindowView(() => state, { call: call as never }));
  return { view, call, all };
}

test("rows are found in the range, and nothing is said of others", () => {
  const { view } = create();
  expect([view.count(), view.total()]).toEqual([2500, 9000]);
  expect([1, 2, 4, 5].map(view.hashAt)).toEqual([undefined, "hash2", "hash4", undefined]);
  expect([view.indexOf("hash3"), view.indexOf("hash9"), view.mayShow("hash9")]).toEqual([3, -1, true]);
});

test("counts are the server's", () => {
  const { view } = create();
  expect(view.counts().status.get("stopped")).toBe(2500);
  expect(view.counts().labels.get("old")).toBe(7);
  expect(view.counts().daemons.size).toBe(0);
});

test("rows in the range are given without asking, others page by page, of the same list", async () => {
  const { view, call, all } = create();
  expect(await view.hashes(3, 4)).toEqual(["hash3", "hash4"]);
  expect(call).not.toHaveBeenCalled();
  expect(await view.hashes(1, 1500)).toEqual(all.slice(1, 1501));
  expect(call.mock.calls.map(([, { offset, limit }]) => [offset, limit])).toEqual([
    [1, 1000],
    [1001, 500],
  ]);
  expect(call).toHaveBeenCalledWith("torrents.window", {
    ...request,
    offset: 1,
    limit: 1000,
    fields: ["name"],
    format: "table",
  });
});

test("all are read until the list ends, wherever that is by now", async () => {
  for (const length of [2499, 3000]) {
    const { view, call, all } = create(length);
    expect(await view.hashes(0, Infinity)).toEqual(all);
    expect(call.mock.calls.at(-1)![1]).toMatchObject({ limit: 1000 });
  }
});
