/**
 * From how many torrents on a page takes a window instead of the whole list. Of 1,000 the whole list is 88 kB
 * on the wire, a window 11 kB for each hundred rows (docs/topics.md); of fewer it gains less than a list that
 * scrolls without asking is worth.
 */
export const windowFrom = 1000;

/** Below this part of it the page takes the whole list again, so that a size in between changes nothing. */
const wholeBelow = 0.9;

/**
 * Whether the page takes a window; undefined while it is not known which daemons there are. `sizes`: how many
 * torrents each daemon has. A window is of one daemon, so the list of several is taken whole; and one whose
 * size nobody knows may be long.
 */
export function takesWindow(
  before: boolean | undefined,
  sizes: Readonly<Record<string, number | undefined>> | undefined,
  from: number,
): boolean | undefined {
  if (sizes === undefined) return before;
  const [size, ...further] = Object.values(sizes);
  if (further.length > 0) return false;
  if (size === undefined) return before ?? true;
  return size >= (before ? from * wholeBelow : from);
}
