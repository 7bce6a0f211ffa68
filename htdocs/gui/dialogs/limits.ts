import type { TorrentChanges } from "../protocol";

/** The settings of a torrent that limit it, as `torrent.get` and `torrent.set` name them. */
export type Limits = Required<
  Pick<
    TorrentChanges,
    | "bandwidthPriority"
    | "downloadLimit"
    | "downloadLimited"
    | "uploadLimit"
    | "uploadLimited"
    | "honorsSessionLimits"
    | "peer-limit"
    | "seedIdleLimit"
    | "seedIdleMode"
    | "seedRatioLimit"
    | "seedRatioMode"
  >
>;

export const limitFields: readonly (keyof Limits)[] = [
  "bandwidthPriority",
  "downloadLimit",
  "downloadLimited",
  "uploadLimit",
  "uploadLimited",
  "honorsSessionLimits",
  "peer-limit",
  "seedIdleLimit",
  "seedIdleMode",
  "seedRatioLimit",
  "seedRatioMode",
];

/** The values that all torrents have; those in which they differ are left out. */
export function commonLimits(torrents: Iterable<Limits>): Partial<Limits> {
  const [first, ...others] = torrents;
  if (!first) return {};
  const common = limitFields.filter((field) => others.every((other) => other[field] === first[field]));
  return Object.fromEntries(common.map((field) => [field, first[field]]));
}

/** What is to be set: the values that were chosen, and are not what all torrents have already. */
export function limitChanges(common: Partial<Limits>, chosen: Partial<Limits>): Partial<Limits> {
  const changed = limitFields.filter(
    (field) => chosen[field] !== undefined && chosen[field] !== common[field],
  );
  return Object.fromEntries(changed.map((field) => [field, chosen[field]]));
}
