import { batch, createSignal, onCleanup, type Signal } from "solid-js";
import { createStore, unwrap } from "solid-js/store";
import type { Torrent, TorrentField, TorrentsEvent } from "../protocol";
import { decodeTorrents } from "./decode";

/**
 * The torrents of the page, fed by events. A component that reads a field of a torrent follows that field
 * alone, so a delta touches the cells on screen whose values changed, and nothing else. What looks at all
 * torrents (sorting, filtering, counting) reads `all()` and follows a field of all of them with `follow()`.
 */
export interface Torrents {
  /** Follows each field that is read. Undefined for a torrent that is gone. */
  get(hash: string): Torrent | undefined;
  /** Plain objects, not to be written to, in no order; follows nothing. */
  all(): Readonly<Record<string, Torrent>>;
  /** Follows torrents that come or go and changes of the given fields, in whichever torrent. */
  follow(...fields: TorrentField[]): void;
  /**
   * Calls back with each torrent that came, went or changed, and with the fields if it only changed: before
   * anything that follows the store. Ends with the owner.
   */
  observe(observer: TorrentObserver): void;
  /** Whether a first snapshot came. */
  isLoaded(): boolean;
  /** Of the last event; undefined while there is no list, or one with a gap. */
  revision(): number | undefined;
  /** Returns false if an event before this one was missed, so that a new snapshot is needed. */
  apply(event: TorrentsEvent): boolean;
}

export type TorrentObserver = (hash: string, changed?: readonly TorrentField[]) => void;

const blank: Omit<Torrent, "hash"> = {
  name: "",
  daemon: "",
  status: 0,
  error: 0,
  errorString: "",
  percentDone: 0,
  metadataPercentComplete: 1,
  recheckProgress: 0,
  leftUntilDone: 0,
  sizeWhenDone: 0,
  totalSize: 0,
  rateDownload: 0,
  rateUpload: 0,
  uploadedEver: 0,
  downloadedEver: 0,
  uploadRatio: -1,
  eta: -1,
  peersConnected: 0,
  peersSendingToUs: 0,
  peersGettingFromUs: 0,
  queuePosition: 0,
  isStalled: false,
  isFinished: false,
  labels: [],
  trackers: [],
  downloadDir: "",
  owner: "",
  addedDate: 0,
  doneDate: 0,
  activityDate: 0,
};

/** Only for those who want them: long, changing all the time, or of few pages' interest. */
const extraFields = ["trackers", "owner", "doneDate", "activityDate"];

/** What the page uses of any torrent; its hash and daemon come with any event. */
export const torrentFields = Object.keys(blank).filter(
  (field) => field !== "daemon" && !extraFields.includes(field),
);

export function createTorrents(): Torrents {
  const [torrents, setTorrents] = createStore<Record<string, Torrent>>({});
  const [isLoaded, setLoaded] = createSignal(false);
  const all = unwrap(torrents);
  const observers = new Set<TorrentObserver>();
  let revision: number | undefined;

  const membership = createSignal(undefined, { equals: false });
  const fieldChanges = new Map<string, Signal<undefined>>();
  const changesOf = (field: string): Signal<undefined> => {
    let signal = fieldChanges.get(field);
    if (!signal) fieldChanges.set(field, (signal = createSignal(undefined, { equals: false })));
    return signal;
  };

  /** Writes a torrent's new values; notes the fields that really changed. */
  const update = (hash: string, changes: Partial<Torrent>, changed: Set<string>) => {
    const current = all[hash] as unknown as Record<string, unknown>;
    for (const [field, value] of Object.entries(changes)) {
      if (isSame(current[field], value)) delete changes[field as TorrentField];
      else changed.add(field);
    }
    const fields = Object.keys(changes) as TorrentField[];
    if (fields.length === 0) return;
    setTorrents(hash, changes);
    for (const observer of observers) observer(hash, fields);
  };

  const apply = (event: TorrentsEvent): boolean => {
    // What a snapshot to come, or one that came, has in it.
    if (!event.snapshot && (revision === undefined || event.revision <= revision)) return true;
    const comeOrGone: Record<string, Torrent | undefined> = {};
    const kept = new Set<string>();
    const changed = new Set<string>();
    let isComplete = true;

    batch(() => {
      for (const [hash, changes] of decodeTorrents(event.torrents)) {
        kept.add(hash);
        if (hash in all) update(hash, changes, changed);
        else if (changes.name !== undefined) comeOrGone[hash] = { ...blank, ...changes, hash };
        // A change of a torrent whose appearance we never saw.
        else isComplete = false;
      }
      const gone = event.snapshot ? Object.keys(all).filter((hash) => !kept.has(hash)) : event.removed;
      for (const hash of gone) {
        if (hash in all) comeOrGone[hash] = undefined;
      }
      if (Object.keys(comeOrGone).length > 0) {
        // Solid's stores delete what is set to undefined.
        setTorrents(comeOrGone);
        membership[1](undefined);
        for (const hash in comeOrGone) observers.forEach((observer) => observer(hash));
      }
      for (const field of changed) fieldChanges.get(field)?.[1](undefined);
      if (event.snapshot) setLoaded(true);
    });
    revision = isComplete ? event.revision : undefined;
    return isComplete;
  };

  return {
    get: (hash) => torrents[hash],
    all: () => all,
    follow: (...fields) => {
      membership[0]();
      for (const field of fields) changesOf(field)[0]();
    },
    observe: (observer) => {
      observers.add(observer);
      onCleanup(() => observers.delete(observer));
    },
    isLoaded,
    revision: () => revision,
    apply,
  };
}

function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  // Labels and trackers: the only fields of the list that are not plain values.
  return Array.isArray(left) && Array.isArray(right) && String(left) === String(right);
}
