import { expect, test } from "vitest";
import { Backoff } from "./backoff";

const take = (backoff: Backoff, count: number) => Array.from({ length: count }, () => backoff.next());

test("doubles from half a second up to half a minute", () => {
  expect(take(new Backoff(() => 1), 9)).toEqual([
    500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
  ]);
});

test("jitter takes away up to a half", () => {
  expect(take(new Backoff(() => 0), 3)).toEqual([250, 500, 1000]);
  const first = new Set(take(new Backoff(), 1).concat(take(new Backoff(), 1), take(new Backoff(), 1)));
  expect(first.size).toBeGreaterThan(1);
});

test("stays at its longest after very many attempts", () => {
  expect(take(new Backoff(() => 1), 2000).at(-1)).toBe(30_000);
});

test("starts over after a reset", () => {
  const backoff = new Backoff(() => 1);
  take(backoff, 5);
  backoff.reset();
  expect(backoff.next()).toBe(500);
});
