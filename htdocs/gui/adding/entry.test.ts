import { expect, test, vi } from "vitest";
import { Entry } from "./entry";
import { mostBytes } from "./sources";

test("a file that is larger than the server takes is not read", async () => {
  const file = new File(["d"], "film.mkv");
  Object.defineProperty(file, "size", { value: mostBytes + 1 });
  const read = vi.spyOn(file, "arrayBuffer");
  const entry = new Entry({ file });
  await entry.read();
  expect([entry.problem(), read.mock.calls]).toEqual(["The file is larger than the server takes.", []]);
});
