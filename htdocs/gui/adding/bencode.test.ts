import { expect, test } from "vitest";
import { decode } from "./bencode";

const read = (text: string) => decode(new TextEncoder().encode(text));
const lists = (depth: number) => "l".repeat(depth) + "e".repeat(depth);

test("reads numbers, texts, lists and dictionaries", () => {
  expect(read("i-12e")).toBe(-12);
  expect(read("3:abc")).toEqual(new TextEncoder().encode("abc"));
  expect(read("li1eli2eee")).toEqual([1, [2]]);
  expect(read("d1:ai1ee")).toMatchObject({ members: new Map([["a", 1]]) });
});

test.each([
  ["nothing", ""],
  ["a number without an end", "i12"],
  ["a text that is cut off", "5:abc"],
  ["a list that is cut off", "li1e"],
  ["a dictionary that is cut off", "d1:ai1e"],
  ["a key without a value", "d1:ae"],
  ["a negative length", "-3:abc"],
  ["a negative length in a list", "li1e-5:e"],
  ["a length that is no number", "3x:abc"],
  ["a huge length", "9999999999:abc"],
  ["a length of many digits", `${"9".repeat(100_000)}:abc`],
  ["a number of many digits", `i${"9".repeat(100_000)}e`],
])("ends at once with an error: %s", (_, text) => {
  expect(() => read(text)).toThrow();
});

test("lists and dictionaries are in each other to a depth that does no harm", () => {
  expect(read(lists(200))).toBeInstanceOf(Array);
  expect(() => read(lists(202))).toThrow("Too deep");
  expect(() => read("d1:a".repeat(1_000_000))).toThrow("Too deep");
});
