import { type Accessor, createMemo, createSignal } from "solid-js";
import type { Preferences } from "../store/preferences";
import { type Column, type ColumnId, columnOf, columns } from "./columns";

/** The columns of a wide list, as the user wants them. */
export interface ShownColumns {
  /** Those that are chosen, in their order; at least one. Until somebody chose, those that have room. */
  all: Accessor<readonly Column[]>;
  /** Tells how much room there is, in pixels. */
  setRoom(width: number): void;
  has(id: ColumnId): boolean;
  /** Pixels. */
  widthOf(column: Column): number;
  /** Whether the user made any narrower than what is in it needs. */
  isNarrowed(): boolean;
  /** The tracks of a CSS grid for columns, and how wide it is at least. */
  layout(shown: readonly Column[]): { tracks: string; width: string };
  /** Shows it behind the others, or hides it. */
  toggle(id: ColumnId): void;
  /** Puts it in another place. */
  move(id: ColumnId, index: number): void;
  /** Shows another width; `keepWidth` keeps it. */
  resize(id: ColumnId, width: number): void;
  keepWidth(): void;
  /** Back to how it was before the user chose. */
  reset(): void;
}

const usual: readonly Column[] = (
  ["name", "status", "progress", "size", "download", "upload", "eta", "ratio", "peers"] as const
).map(columnOf);

/** In this order the usual columns give way on a narrow page. */
const givingWay: readonly ColumnId[] = [
  "peers",
  "ratio",
  "eta",
  "size",
  "download",
  "upload",
  "status",
  "progress",
];

/** Pixels at either end of a row. */
const padding = 6;
const narrowest = 40;
const widest = 2000;

interface Choice {
  id: ColumnId;
  width?: number;
}

export function createShownColumns(preferences: Pick<Preferences, "get" | "set">): ShownColumns {
  const [resized, setResized] = createSignal<{ id: ColumnId; width: number }>();
  const chosen = createMemo<readonly Choice[] | undefined>(() => {
    // Another version of the page may know columns that this one does not.
    const known = preferences
      .get("columns")
      ?.filter(({ id }) => columns.some((column) => column.id === id))
      .map(({ id, width }) => ({ id, ...(width !== undefined && { width: bounded(width) }) }));
    return known && known.length > 0 ? (known as Choice[]) : undefined;
  });
  const [room, setRoom] = createSignal(Infinity);
  const choices = (): readonly Choice[] => chosen() ?? fittingColumns(room()).map(({ id }) => ({ id }));
  const all = createMemo<readonly Column[]>(() => choices().map(({ id }) => columnOf(id)), [], {
    equals: isSameList,
  });
  const has = (id: ColumnId) => choices().some((choice) => choice.id === id);
  const keep = (changed: readonly Choice[]) => preferences.set("columns", [...changed]);
  const ownWidthOf = (id: ColumnId) =>
    resized()?.id === id ? resized()!.width : chosen()?.find((choice) => choice.id === id)?.width;

  const widthOf = ({ id, width }: Column) => ownWidthOf(id) ?? width;

  return {
    all,
    setRoom,
    has,
    widthOf,
    isNarrowed: () => all().some((column) => widthOf(column) < column.width),
    layout: (shown) => {
      const tracks = shown.map((column) => {
        // Names take what is left, unless the user gave them a width.
        const isElastic = column.id === "name" && ownWidthOf(column.id) === undefined;
        return isElastic ? `minmax(${widthOf(column)}px, 1fr)` : `${widthOf(column)}px`;
      });
      const sum = shown.reduce((total, column) => total + widthOf(column), 0);
      return { tracks: tracks.join(" "), width: `${sum + 2 * padding}px` };
    },
    toggle: (id) => {
      const others = choices().filter((choice) => choice.id !== id);
      if (!has(id)) keep([...others, { id }]);
      else if (others.length > 0) keep(others);
    },
    move: (id, index) => {
      const moved = choices().find((choice) => choice.id === id);
      if (!moved) return;
      const others = choices().filter((choice) => choice.id !== id);
      const place = Math.max(0, index);
      keep([...others.slice(0, place), moved, ...others.slice(place)]);
    },
    resize: (id, width) => setResized({ id, width: bounded(width) }),
    keepWidth: () => {
      const kept = resized();
      if (!kept) return;
      keep(choices().map((choice) => (choice.id === kept.id ? kept : choice)));
      setResized(undefined);
    },
    reset: () => preferences.set("columns", undefined),
  };
}

/** The usual columns that a list of the given width has room for. */
export function fittingColumns(width: number): readonly Column[] {
  let fitting = usual;
  const needed = () => fitting.reduce((sum, column) => sum + column.width, 0);
  for (const id of givingWay) {
    if (needed() <= width) break;
    fitting = fitting.filter((column) => column.id !== id);
  }
  return fitting;
}

function bounded(width: number): number {
  return Math.round(Math.max(narrowest, Math.min(widest, width)));
}

function isSameList(left: readonly Column[], right: readonly Column[]): boolean {
  return left.length === right.length && left.every((column, index) => column === right[index]);
}
