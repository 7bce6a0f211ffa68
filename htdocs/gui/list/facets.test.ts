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
