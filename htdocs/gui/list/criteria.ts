import { facets, type FacetId, facetOf } from "./facets";
import { fold, type SearchTerms } from "./search";
import { statusTitles } from "./statuses";

/** The values chosen of each facet; a torrent must have one of each that is not empty. */
export type Filter = Readonly<Record<FacetId, readonly string[]>>;

export const noFilter: Filter = {
  status: [],
  labels: [],
  trackers: [],
  folders: [],
  owners: [],
  daemons: [],
};

/** What a torrent must be like: chosen values and what is searched for. */
export interface Criteria {
  /** In the torrent's name. */
  words: string;
  /** Of those facets that matter, whether a value will do. Terms of the search add to what is chosen. */
  admits: Partial<Record<FacetId, (value: string) => boolean>>;
}

/** Words that no torrent has in its name. */
export const noWords = "\x1f";

/** `user`: the page's own. */
export function criteriaOf(
  filter: Filter,
  { words, terms }: SearchTerms,
  user: string | undefined,
): Criteria {
  const admits: Criteria["admits"] = {};
  for (const { id } of facets) {
    const chosen = filter[id];
    const texts = terms.filter(({ facet }) => facet === id).map(({ text }) => text);
    if (chosen.length === 0 && texts.length === 0) continue;
    admits[id] = remembered(
      (value) => chosen.includes(value) || texts.some((text) => isMeant(id, value, text, user)),
    );
  }
  // A state that there is not; of the other facets any value may come to be known.
  if (admits.status && ![...statusTitles.keys()].some(admits.status)) {
    delete admits.status;
    return { words: noWords, admits };
  }
  return { words, admits };
}

/** There are few values, and many torrents that have them. */
function remembered(isAdmitted: (value: string) => boolean): (value: string) => boolean {
  const verdicts = new Map<string, boolean>();
  return (value) => {
    const known = verdicts.get(value) ?? isAdmitted(value);
    verdicts.set(value, known);
    return known;
  };
}

/** Whether a term's text means the value. */
function isMeant(facet: FacetId, value: string, text: string, user: string | undefined): boolean {
  if (text === "" || value === "") return text === value;
  // All torrents are what a search without a term is of.
  if (facet === "status" && value === "all") return false;
  return [value, facetOf(facet).nameOf(value, user)].some((said) => fold(said).includes(text));
}
