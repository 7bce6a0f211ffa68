import { expect, test } from "vitest";
import { facetOf } from "./facets";

test.each([
  ["/srv/films", "/srv/films"],
  ["/srv/torrents/films", "…/torrents/films"],
  ["/srv/torrents/films/", "…/torrents/films/"],
  ["films", "films"],
])("of the folder %s the end is shown", (folder, shown) =>
  expect(facetOf("folders").nameOf(folder)).toBe(shown),
);

test.each([
  ["7", "You"],
  ["77", "77"],
  ["", "Without owner"],
])("the owner “%s” is %s for user 7", (owner, shown) =>
  expect(facetOf("owners").nameOf(owner, "7")).toBe(shown),
);
