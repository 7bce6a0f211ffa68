import type { Selection } from "./selection";

interface ListKeys {
  /** How many rows there are. */
  count: number;
  selection: Selection;
  rowsOnPage: () => number;
}

/** What handleListKey does, and the browser's key for menus, for the sheet of shortcuts. */
export const listKeys = [
  { title: "To the next or previous torrent", keys: ["ArrowDown", "ArrowUp"] },
  { title: "A page on or back", keys: ["PageDown", "PageUp"] },
  { title: "To the first or last one", keys: ["Home", "End"] },
  { title: "The same, selecting all between", keys: ["Shift+ArrowDown", "…"] },
  { title: "Select it or not", keys: ["Space"] },
  { title: "Menu of the selected ones", keys: ["Shift+F10"] },
];

/** The keys that move through the list while it has the focus; what is done with torrents has keys everywhere. */
export function handleListKey(event: KeyboardEvent, { count, selection, rowsOnPage }: ListKeys): void {
  const active = selection.active();
  const index = selection.activeIndex();
  const move = (to: number) => void selection.moveTo(to, event.shiftKey);

  if (event.ctrlKey || event.metaKey || event.altKey) return;
  else if (event.key === "ArrowDown") move(index + 1);
  else if (event.key === "ArrowUp") move(index < 0 ? count - 1 : index - 1);
  else if (event.key === "PageDown") move(index + rowsOnPage());
  else if (event.key === "PageUp") move(index - rowsOnPage());
  else if (event.key === "Home") move(0);
  else if (event.key === "End") move(count - 1);
  else if (event.key === " " && active !== undefined) selection.toggle(active);
  else return;
  event.preventDefault();
}
