import type { FacetCounts } from "./facets";

import type { Column } from "./columns";

/** The rows of the list, as the query wants them. Reading follows what is read. */
export interface View {
  /** How many torrents there are, shown or not. */
  total(): number;
  counts(): FacetCounts;
  /** Whether it can be sorted by the column. */
  sortsBy(column: Column): boolean;
  /** How many rows the list has. */
  count(): number;
  /** The torrent in a row; undefined while it is not there yet. */
  hashAt(index: number): string | undefined;
  /** The row of a torrent; -1 if it has none, or none that is known. */
  indexOf(hash: string): number;
  /** False if it is known that the torrent has no row. */
  mayShow(hash: string): boolean;
  /** How many of them may have a row. */
  countShown(hashes: ReadonlySet<string>): number;
  /**
   * The torrents of the rows from `first` to `last`, or to the end of the list. Rejects with a CallFailure
   * where the server must be asked.
   */
  hashes(first: number, last: number): Promise<readonly string[]>;
}
