import { type Accessor, createEffect, createMemo, createSignal, on } from "solid-js";
import { createThrottled } from "../timing";
import type { View } from "./view";

/** How a click or key changes the selection: with ctrl (or cmd) it toggles one, with shift it takes a range. */
export interface Modifiers {
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
}

/** A row. Its torrent may not be there yet. */
interface Place {
  index: number;
  hash: string | undefined;
}

/** What is selected in the list. What needs torrents that are not there yet is done when they are. */
export interface Selection {
  /** How many of the selected the list shows, as far as that is known. */
  count: Accessor<number>;
  has(hash: string): boolean;
  /** Does something with those of the selected that the list shows, in its order; nothing if it shows none. */
  act(action: (hashes: readonly string[]) => void): Promise<void>;
  /** The row that the keyboard is on; undefined at first, and when it is gone from the list. */
  active: Accessor<string | undefined>;
  /** Its number, or of the one that took its place; -1 without one. */
  activeIndex: Accessor<number>;
  /** Where the user last went; changes with that alone. */
  lastPlace: Accessor<Place | undefined>;
  click(hash: string, modifiers: Modifiers): Promise<void>;
  /** Toggles one, as ctrl-click does. */
  toggle(hash: string): void;
  /** Moves the active row; with shift, the selection reaches from where it began to there. */
  moveTo(index: number, isExtending: boolean): Promise<void>;
  all(): Promise<void>;
  /** Selects those that the list shows and that are not selected, instead of those that are. */
  invert(): Promise<void>;
  clear(): void;
}

/** To look for what is gone may cost the server the whole list. */
const lookMilliseconds = 5000;

/** A selection in the rows of a view. `failed`: the server could not be asked which torrents those are. */
export function createSelection(view: Accessor<View>, failed: (error: unknown) => void): Selection {
  const [selected, setSelected] = createSignal<ReadonlySet<string>>(new Set());
  const [anchor, setAnchor] = createSignal<Place>();
  const [place, setPlace] = createSignal<Place>();
  let lastStep = 0;

  /** The torrents of rows; undefined if there are none to be had, or if the user has gone on meanwhile. */
  const read = async (first: number, last: number): Promise<readonly string[] | undefined> => {
    const step = ++lastStep;
    try {
      const hashes = await view().hashes(first, last);
      return step === lastStep ? hashes : undefined;
    } catch (error) {
      failed(error);
      return undefined;
    }
  };

  /** Where the torrent is now, or was when it was last seen; -1 if it is gone. */
  const indexOf = (at: Place | undefined) => {
    if (at?.hash === undefined) return at?.index ?? -1;
    const index = view().indexOf(at.hash);
    return index >= 0 || !view().mayShow(at.hash) ? index : at.index;
  };
  const placeOf = (hash: string): Place => {
    const last = place();
    return { index: indexOf(last?.hash === hash ? last : { index: -1, hash }), hash };
  };

  const select = (hashes: Iterable<string>) => {
    lastStep++;
    setSelected(new Set(hashes));
  };
  const only = (hash: string, at: Place) => {
    select([hash]);
    setAnchor(at);
    setPlace(at);
  };
  const goTo = async (at: Place) => {
    if (at.hash !== undefined) return only(at.hash, at);
    // The list goes there at once, and the torrent is known a little later.
    setPlace(at);
    const [hash] = (await read(at.index, at.index)) ?? [];
    if (hash !== undefined) only(hash, { ...at, hash });
  };
  const toggle = (hash: string) => {
    const next = new Set(selected());
    if (!next.delete(hash)) next.add(hash);
    select(next);
    setAnchor(placeOf(hash));
    setPlace(placeOf(hash));
  };
  const extendTo = async (at: Place) => {
    const from = indexOf(anchor() ?? at);
    if (from < 0) return goTo(at);
    setPlace(at);
    const hashes = await read(Math.min(from, at.index), Math.max(from, at.index));
    if (!hashes) return;
    select(hashes);
    setPlace({ ...at, hash: hashes[at.index < from ? 0 : hashes.length - 1] });
  };

  const shownOf = async (hashes: ReadonlySet<string>): Promise<readonly string[]> => {
    const known = [...hashes].map((hash) => ({ index: view().indexOf(hash), hash }));
    if (known.every(({ index }) => index >= 0)) {
      return known.sort((left, right) => left.index - right.index).map(({ hash }) => hash);
    }
    return (await view().hashes(0, Infinity)).filter((hash) => hashes.has(hash));
  };

  // Torrents that the view does not know well enough may be gone with a change. They may come back, too.
  const [missing, setMissing] = createSignal<ReadonlySet<string>>(new Set());
  const isMissing = (hash: string) => missing().has(hash) && view().indexOf(hash) < 0;
  const lookForMissing = createThrottled(async () => {
    const before = selected();
    const isUnsure = [...before].some((hash) => view().mayShow(hash) && view().indexOf(hash) < 0);
    const shown = isUnsure ? new Set(await shownOf(before).catch(() => before)) : before;
    setMissing(new Set([...before].filter((hash) => !shown.has(hash))));
  }, lookMilliseconds);
  createEffect(on(() => view().count(), lookForMissing, { defer: true }));

  const active = createMemo(() => {
    const hash = place()?.hash;
    return hash !== undefined && view().mayShow(hash) ? hash : undefined;
  });

  return {
    count: createMemo(() => {
      const known = missing().size === 0 ? selected() : [...selected()].filter((hash) => !isMissing(hash));
      return view().countShown(new Set(known));
    }),
    has: (hash) => selected().has(hash),
    act: async (action) => {
      try {
        const hashes = await shownOf(selected());
        if (hashes.length > 0) action(hashes);
      } catch (error) {
        failed(error);
      }
    },
    active,
    activeIndex: () => {
      const at = place();
      const index = indexOf(at);
      return at && index < 0 ? Math.min(at.index, view().count() - 1) : index;
    },
    lastPlace: place,
    click: async (hash, { ctrlKey, metaKey, shiftKey }) => {
      if (shiftKey) await extendTo(placeOf(hash));
      else if (ctrlKey || metaKey) toggle(hash);
      else only(hash, placeOf(hash));
    },
    toggle,
    moveTo: async (index, isExtending) => {
      if (view().count() === 0) return;
      const row = Math.max(0, Math.min(view().count() - 1, index));
      const at = { index: row, hash: view().hashAt(row) };
      await (isExtending ? extendTo(at) : goTo(at));
    },
    all: async () => {
      const hashes = await read(0, Infinity);
      if (hashes) select(hashes);
    },
    invert: async () => {
      const before = selected();
      const hashes = await read(0, Infinity);
      if (hashes) select(hashes.filter((hash) => !before.has(hash)));
    },
    clear: () => select([]),
  };
}
