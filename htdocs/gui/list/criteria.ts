import { facets, type FacetId, facetOf } from "./facets";
import { fold, type SearchTerms } from "./search";

/** The values chosen of each facet; a torrent must have one of each that is not empty. */
export type Filter = Readonly<Record<FacetId, readonly string[]>>;

export const noFilter: Filter = { status: [], labels: [], trackers: [], folders: [], daemons: [] };

/** What a torrent must be like: chosen values and what is searched for. */
export interface Criteria {
  /** In the torrent's name. */
  words: string;
  /** Of those facets that matter, whether a value will do. Terms of the search add to what is chosen. */
  admits: Partial<Record<FacetId, (value: string) => boolean>>;
}

export function criteriaOf(filter: Filter, { words, terms }: SearchTerms): Criteria {
  const admits: Criteria["admits"] = {};
  for (const { id } of facets) {
    const chosen = filter[id];
    const texts = terms.filter(({ facet }) => facet === id).map(({ text }) => text);
    if (chosen.length === 0 && texts.length === 0) continue;
    admits[id] = (value) => chosen.includes(value) || texts.some((text) => isMeant(id, value, text));
  }
  return { words, admits };
}

/** Whether a term's text means the value. */
function isMeant(facet: FacetId, value: string, text: string): boolean {
  if (text === "") return value === "";
  if (facet !== "status") return fold(value).includes(text);
  // All torrents are what a search without a term is of.
  return value !== "all" && fold(`${value} ${facetOf(facet).nameOf(value)}`).includes(text);
}
