import { expect, test } from "vitest";
import { readPreference } from "./preference-values";

const unshapely = [{}, "x", 5, null, true, undefined];

test.each(unshapely)("%j is no preference of any name", (value) => {
  expect(readPreference("theme", value)).toBeUndefined();
  expect(readPreference("columns", value)).toBeUndefined();
  expect(readPreference("sorting", value)).toBeUndefined();
});

test("a theme is light or dark", () => {
  expect(readPreference("theme", "dark")).toBe("dark");
});

test("columns are told once each, with widths that are numbers", () => {
  const columns = [
    ...unshapely,
    [],
    { id: 5 },
    { id: "name", width: "wide" },
    { id: "size", width: 90 },
    { id: "name" },
  ];
  expect(readPreference("columns", columns)).toEqual([{ id: "name" }, { id: "size", width: 90 }]);
});

test("keys of the order are told once each, with a direction", () => {
  const sorting = [
    ...unshapely,
    { column: "name" },
    { column: "eta", isDescending: true },
    { column: "name", isDescending: true },
  ];
  expect(readPreference("sorting", sorting)).toEqual([
    { column: "name", isDescending: false },
    { column: "eta", isDescending: true },
  ]);
});
