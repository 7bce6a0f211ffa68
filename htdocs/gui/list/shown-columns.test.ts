import { createRoot } from "solid-js";
import { expect, test } from "vitest";
import { forgetfulPreferences } from "../store/preferences.fixture";
import { createShownColumns } from "./shown-columns";

function create() {
  const preferences = forgetfulPreferences();
  const shown = createRoot(() => createShownColumns(preferences));
  const ids = (room = 2000) => {
    shown.setRoom(room);
    return shown.all().map(({ id }) => id);
  };
  return { preferences, shown, ids };
}

test("until somebody chooses, those that fit are shown", () => {
  const { ids } = create();
  expect(ids()).toHaveLength(9);
  expect(ids(100)).toEqual(["name"]);
});

test("what is chosen is shown also where it does not fit", () => {
  const { shown, ids } = create();
  shown.toggle("labels");
  expect(ids(100)).toHaveLength(10);
  expect(shown.has("labels")).toBe(true);
  shown.toggle("name");
  expect(ids(100)[0]).toBe("status");
});

test("those that fit are what is changed first", () => {
  const { shown, ids } = create();
  const before = ids(720);
  expect(before).toHaveLength(5);
  shown.resize("status", 200);
  expect(ids(720)).toEqual(before);
  shown.keepWidth();
  expect(ids(720)).toEqual(before);
  shown.move("status", 0);
  expect(ids(2000)).toEqual(["status", "name", ...before.slice(2)]);
});

test("the last one stays", () => {
  const { preferences, shown, ids } = create();
  preferences.set("columns", [{ id: "size" }]);
  shown.toggle("size");
  expect(ids()).toEqual(["size"]);
});

test("columns move before any were chosen", () => {
  const { shown, ids } = create();
  const before = ids();
  shown.move("size", 1);
  expect(ids()).toEqual(["name", "size", ...before.filter((id) => id !== "name" && id !== "size")]);
});

test("columns move, and stay within the list", () => {
  const { preferences, shown, ids } = create();
  preferences.set("columns", [{ id: "name" }, { id: "size" }, { id: "eta" }]);
  shown.move("eta", 0);
  expect(ids()).toEqual(["eta", "name", "size"]);
  shown.move("eta", 1);
  expect(ids()).toEqual(["name", "eta", "size"]);
  shown.move("eta", 99);
  shown.move("size", -1);
  expect(ids()).toEqual(["size", "name", "eta"]);
});

test("another width is shown at once, and kept when it is done", () => {
  const { preferences, shown } = create();
  preferences.set("columns", [{ id: "name" }, { id: "size" }]);
  const [name, size] = shown.all();
  expect(shown.layout(shown.all()).tracks).toBe(`minmax(${name!.width}px, 1fr) ${size!.width}px`);
  expect(shown.isNarrowed()).toBe(false);
  shown.resize("name", 301.6);
  expect(shown.isNarrowed()).toBe(false);
  expect(shown.layout(shown.all())).toEqual({
    tracks: `302px ${size!.width}px`,
    width: `${302 + size!.width + 12}px`,
  });
  expect(preferences.get("columns")).toEqual([{ id: "name" }, { id: "size" }]);
  shown.keepWidth();
  expect(preferences.get("columns")).toEqual([{ id: "name", width: 302 }, { id: "size" }]);
  shown.resize("size", 1);
  shown.keepWidth();
  expect(shown.widthOf(size!)).toBe(40);
  expect(shown.isNarrowed()).toBe(true);
  shown.toggle("size");
  shown.toggle("size");
  expect(shown.widthOf(size!)).toBe(size!.width);
});

test("columns that this page does not know are left out, and all can be undone", () => {
  const { preferences, shown, ids } = create();
  preferences.set("columns", [{ id: "name" }, { id: "of the future" }]);
  expect(ids()).toEqual(["name"]);
  shown.reset();
  expect(ids()).toHaveLength(9);
});

test("a width that nobody can grip is not taken as it was kept", () => {
  const { preferences, shown } = create();
  preferences.set("columns", [
    { id: "name", width: -5 },
    { id: "size", width: 1e9 },
  ]);
  expect(shown.layout(shown.all()).tracks).toBe("40px 2000px");
});
