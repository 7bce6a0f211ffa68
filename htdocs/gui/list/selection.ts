import { type Accessor, createMemo, createSignal } from "solid-js";

/** How a click or key changes the selection: with ctrl (or cmd) it toggles one, with shift it takes a range. */
export interface Modifiers {
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
}

export interface Selection {
  /** Those of the selected that the list shows. */
  hashes: Accessor<readonly string[]>;
  has(hash: string): boolean;
  /** The row that the keyboard is on; undefined at first, and when it is gone from the list. */
  active: Accessor<string | undefined>;
  click(hash: string, modifiers: Modifiers): void;
  /** Toggles one, as ctrl-click does. */
  toggle(hash: string): void;
  /** Moves the active row; with shift, the selection reaches from where it began to there. */
  moveTo(index: number, isExtending: boolean): void;
  all(): void;
  clear(): void;
}

/** A selection in a list of hashes in their present order. */
export function createSelection(order: Accessor<readonly string[]>): Selection {
  const [selected, setSelected] = createSignal<ReadonlySet<string>>(new Set());
  const [anchor, setAnchor] = createSignal<string>();
  const [active, setActive] = createSignal<string>();
  const shown = createMemo(() =>
    selected().size === 0 ? [] : order().filter((hash) => selected().has(hash)),
  );

  const shownActive = createMemo(() => {
    const hash = active();
    return hash !== undefined && order().includes(hash) ? hash : undefined;
  });

  const only = (hash: string) => {
    setSelected(new Set([hash]));
    setAnchor(hash);
    setActive(hash);
  };
  const toggle = (hash: string) => {
    const next = new Set(selected());
    if (!next.delete(hash)) next.add(hash);
    setSelected(next);
    setAnchor(hash);
    setActive(hash);
  };
  const extendTo = (hash: string) => {
    const from = order().indexOf(anchor() ?? hash);
    const to = order().indexOf(hash);
    if (from < 0) return only(hash);
    setSelected(new Set(order().slice(Math.min(from, to), Math.max(from, to) + 1)));
    setActive(hash);
  };

  return {
    hashes: shown,
    has: (hash) => selected().has(hash),
    active: shownActive,
    click: (hash, { ctrlKey, metaKey, shiftKey }) => {
      if (shiftKey) extendTo(hash);
      else if (ctrlKey || metaKey) toggle(hash);
      else only(hash);
    },
    toggle,
    moveTo: (index, isExtending) => {
      const hash = order()[Math.max(0, Math.min(order().length - 1, index))];
      if (hash === undefined) return;
      if (isExtending) extendTo(hash);
      else only(hash);
    },
    all: () => setSelected(new Set(order())),
    clear: () => setSelected(new Set<string>()),
  };
}
