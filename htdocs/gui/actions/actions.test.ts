import { expect, test } from "vitest";
import { contextMenu, moreMenu } from "../menus/entries";
import { type ActionParts, createActions } from "./actions";

/** The actions are only looked at, so that nothing behind them is needed. */
const { all } = createActions({ commands: {} } as ActionParts);

test("each action has its own id and its own keys", () => {
  const ids = all.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const keys = all.flatMap(({ keys = [] }) => keys);
  expect(new Set(keys).size).toBe(keys.length);
});

test("menus name actions that there are", () => {
  const named = [...contextMenu, ...moreMenu]
    .flat()
    .flatMap((entry) => (typeof entry === "string" ? [entry] : entry.ids));
  const ids = new Set(all.map(({ id }) => id));
  expect(named.filter((id) => !ids.has(id))).toEqual([]);
});
