import { batch, createComputed, createSignal, untrack } from "solid-js";
import type { Torrent, TorrentField } from "../protocol";
import type { Torrents } from "../store/torrents";
import type { Criteria } from "./criteria";
import { type FacetCounts, facets } from "./facets";
import { fold, wordsMatcher } from "./search";

/** Which torrents match the criteria, and how many have which values. */
export interface Matches {
  /** Follows nothing. */
  has(hash: string): boolean;
  /** Follows which torrents match. */
  follow(): void;
  counts(): FacetCounts;
}

/** What is known of one torrent. */
interface Entry {
  torrent: Torrent;
  /** Of each facet. */
  values: (readonly string[])[];
  /** The folded name, once it was searched in. */
  name: string | undefined;
  /** Criteria that it does not meet: a bit for each facet, and one for the words. */
  failures: number;
}

const wordsBit = 1 << facets.length;

/** What a change of a field may change: bits as of the failures. */
const bitsOfField = new Map<TorrentField, number>([["name", wordsBit]]);
facets.forEach(({ fields }, index) => {
  for (const field of fields) bitsOfField.set(field, (bitsOfField.get(field) ?? 0) | (1 << index));
});

/**
 * Judges all torrents by what it knows of them when the criteria change; else looks only at those that changed, so
 * that a delta of a long list costs no more than that of a short one.
 */
export function createMatches(torrents: Torrents, criteria: () => Criteria): Matches {
  const entries = new Map<string, Entry>();
  const counts = facets.map(() => new Map<string, number>());
  const [followMatching, matchingChanged] = createSignal(undefined, { equals: false });
  const [followCounts, countsChanged] = createSignal(undefined, { equals: false });
  let admits: Criteria["admits"] = {};
  let words = "";
  let matchesWords = wordsMatcher("");

  const failuresOf = (entry: Entry): number => {
    let failures = 0;
    facets.forEach(({ id }, index) => {
      const isAdmitted = admits[id];
      if (isAdmitted && !entry.values[index]!.some(isAdmitted)) failures |= 1 << index;
    });
    if (words !== "") {
      entry.name ??= fold(entry.torrent.name);
      if (!matchesWords(entry.name, entry.torrent.hash)) failures |= wordsBit;
    }
    return failures;
  };

  /** Adds the torrent to the counts of the facets of which alone it may fail, or takes it off. */
  const count = ({ values, failures }: Entry, change: 1 | -1) => {
    counts.forEach((ofFacet, index) => {
      if ((failures & ~(1 << index)) !== 0) return;
      for (const value of values[index]!) ofFacet.set(value, (ofFacet.get(value) ?? 0) + change);
    });
  };

  const know = (torrent: Torrent): Entry => {
    const values = facets.map(({ valuesOf }) => valuesOf(torrent));
    const entry: Entry = { torrent, values, name: undefined, failures: 0 };
    entries.set(torrent.hash, entry);
    return entry;
  };
  const judge = (entry: Entry) => {
    entry.failures = failuresOf(entry);
    count(entry, 1);
  };

  const change = (entry: Entry, changed: readonly TorrentField[]) => {
    const bits = changed.reduce((sum, field) => sum | (bitsOfField.get(field) ?? 0), 0);
    if (bits === 0) return;
    const values = facets.map(({ valuesOf }, index) =>
      (bits & (1 << index)) !== 0 ? valuesOf(entry.torrent) : entry.values[index]!,
    );
    const isRenamed = (bits & wordsBit) !== 0;
    if (!isRenamed && values.every((ofFacet, index) => ofFacet === entry.values[index])) return;
    const before = { ...entry };
    entry.values = values;
    if (isRenamed) entry.name = undefined;
    entry.failures = failuresOf(entry);
    count(before, -1);
    count(entry, 1);
    countsChanged(undefined);
    if ((before.failures === 0) !== (entry.failures === 0)) matchingChanged(undefined);
  };

  const bothChanged = () =>
    batch(() => {
      matchingChanged(undefined);
      countsChanged(undefined);
    });

  torrents.observe((hash, changed) => {
    const entry = entries.get(hash);
    if (changed) {
      if (entry) change(entry, changed);
      return;
    }
    if (entry) count(entry, -1);
    entries.delete(hash);
    const torrent = torrents.all()[hash];
    if (torrent) judge(know(torrent));
    bothChanged();
  });

  for (const torrent of Object.values(torrents.all())) know(torrent);
  createComputed(() => {
    ({ admits, words } = criteria());
    matchesWords = wordsMatcher(words);
    untrack(() => {
      // Values that nobody has any more are forgotten as well.
      for (const ofFacet of counts) ofFacet.clear();
      entries.forEach(judge);
    });
    bothChanged();
  });

  return {
    has: (hash) => entries.get(hash)?.failures === 0,
    follow: followMatching,
    counts: () => {
      followCounts();
      return Object.fromEntries(
        facets.map(({ id }, index) => [id, counts[index]!]),
      ) as unknown as FacetCounts;
    },
  };
}
