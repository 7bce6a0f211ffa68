import { expect, test } from "vitest";
import { fold, parseSearch, wordsMatcher } from "./search";

test.each([
  ["ubuntu  16.10", "ubuntu 16.10", []],
  ["label:Films", "", [["labels", "films"]]],
  ["a Tracker:x.org b folder:/srv", "a b", [["trackers", "x.org"], ["folders", "/srv"]]], // prettier-ignore
  ["is:seeding STATUS:stopped", "", [["status", "seeding"], ["status", "stopped"]]], // prettier-ignore
  ['label:"to see" x daemon:home', "x", [["labels", "to see"], ["daemons", "home"]]], // prettier-ignore
  ['label:""', "", [["labels", ""]]],
  ["owner:You", "", [["owners", "you"]]],
  ["label:a:b", "", [["labels", "a:b"]]],
  ['x label:"not done', "x", [["labels", "not done"]]],
  ["label: x", "x", []],
  ['label:" x', "", [["labels", " x"]]],
  ["http://x name:y", "http://x name:y", []],
])("“%s” is words and terms", (text, words, terms) => {
  const parsed = parseSearch(text);
  expect(parsed.words).toBe(words);
  expect(parsed.terms.map(({ facet, text }) => [facet, text])).toEqual(terms);
});

test("case is as the server has it", () => {
  for (const [left, right] of [
    ["STRASSE", "straße"],
    ["ΌΣΟΣ", "όσος"],
    ["ﬁlm", "FILM"],
  ]) {
    // prettier-ignore
    expect(fold(left!)).toBe(fold(right!));
  }
  expect(fold("Iı")).toBe("iı");
});

test("words count once, and sixteen of them, as on the server", () => {
  expect(wordsMatcher("0f 0F")("x", "0f3ab7")).toBe(true);
  const words = Array.from({ length: 17 }, (_, at) => `word${at}.`);
  expect(wordsMatcher(words.join(" "))(words.slice(0, 16).join(), "")).toBe(true);
  expect(wordsMatcher(words.join(" "))(words.slice(0, 15).join(), "")).toBe(false);
});
