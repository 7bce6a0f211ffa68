import { type FacetId, facets } from "./facets";

/** `label:films`: a value of the facet must contain the text; "" is that of torrents without any. */
export interface Term {
  facet: FacetId;
  text: string;
}

/** What a search says: words of the name, and terms. */
export interface SearchTerms {
  words: string;
  terms: readonly Term[];
}

const facetOfTerm = new Map(facets.flatMap(({ id, terms }) => terms.map((term) => [term, id] as const)));

/** A term, of which a value with spaces stands in quotes; the last quote may not be written yet. Or a word. */
const parts = /([a-z]+):(?:"([^"]*)(?:"|$)|(\S*))|\S+/gi;

export function parseSearch(text: string): SearchTerms {
  const words: string[] = [];
  const terms: Term[] = [];
  for (const [part, field, quoted, plain] of text.matchAll(parts)) {
    const facet = facetOfTerm.get(field?.toLowerCase() ?? "");
    const value = quoted ?? plain;
    if (!facet) words.push(part);
    // One of which nothing is written yet says nothing.
    else if (value !== "" || part.endsWith('""')) terms.push({ facet, text: fold(value!) });
  }
  return { words: words.join(" "), terms };
}

/** The text for comparing without regard to case, as the server does it. */
export function fold(text: string): string {
  // ß and SS are the same, and so are σ and ς, but not ı and I.
  return text
    .normalize("NFKC")
    .replace(/[^ı]+/g, (part) => part.toUpperCase().toLowerCase())
    .replaceAll("ς", "σ")
    .normalize("NFKC");
}

/** As many as the server looks for. */
const mostWords = 16;

/** Whether each word is in the torrent's folded name, in any order; or its hash begins so. */
export function wordsMatcher(words: string): (name: string, hash: string) => boolean {
  const folded = [...new Set(fold(words).split(/\s+/).filter(Boolean))].slice(0, mostWords);
  const start = folded.length === 1 ? folded[0]! : undefined;
  return (name, hash) =>
    folded.every((word) => name.includes(word)) || (start !== undefined && hash.startsWith(start));
}
