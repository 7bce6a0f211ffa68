import type { Application } from "../application";
import { type FacetId, facetOf } from "../list/facets";

/**
 * The values of a facet that the page knows, some more than once. Of a window of the list more is counted than is there;
 * what does not match the query is not counted.
 */
export function knownValues(
  { torrents, view }: Pick<Application, "torrents" | "view">,
  id: FacetId,
): string[] {
  const ofTorrents = Object.values(torrents.all()).flatMap(facetOf(id).valuesOf);
  return [...view().counts()[id].keys(), ...ofTorrents].filter(Boolean);
}
