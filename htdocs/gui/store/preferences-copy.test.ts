import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openPreferencesCopy } from "./preferences-copy";

const stored = new Map<string, string>();

beforeEach(() =>
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, text: string) => stored.set(key, text),
  }),
);
afterEach(() => {
  stored.clear();
  vi.unstubAllGlobals();
});

test("what was written is read, where there was anything", () => {
  const copy = openPreferencesCopy("1");
  expect(copy.read()).toEqual({ values: {}, unsaved: [] });
  const preferences = { user: "1", values: { theme: "dark" }, unsaved: ["theme"] };
  copy.write(preferences);
  expect(copy.read()).toEqual(preferences);
  expect(openPreferencesCopy("2").read()).toEqual({ values: {}, unsaved: [] });
});

test.each([
  "no JSON",
  "null",
  "[1]",
  '{"values":null,"unsaved":null,"user":5}',
  '{"values":[],"unsaved":[1]}',
])("%s is none", (text) => {
  stored.set("torrent-ws.preferences.1", text);
  expect(openPreferencesCopy("1").read()).toEqual({ values: {}, unsaved: [] });
});
