import type { Selection } from "./selection";

interface ListKeys {
  /** How many rows there are. */
  count: number;
  selection: Selection;
  rowsOnPage: () => number;
  remove: () => void;
}

/** The keys of the list while it has the focus. */
export function handleListKey(
  event: KeyboardEvent,
  { count, selection, rowsOnPage, remove }: ListKeys,
): void {
  const active = selection.active();
  const index = selection.activeIndex();
  const move = (to: number) => void selection.moveTo(to, event.shiftKey);
  const isCommand = event.ctrlKey || event.metaKey;

  if (isCommand && event.key.toLowerCase() === "a") void selection.all();
  else if (isCommand && event.key.toLowerCase() === "i") void selection.invert();
  else if (isCommand || event.altKey) return;
  else if (event.key === "ArrowDown") move(index + 1);
  else if (event.key === "ArrowUp") move(index < 0 ? count - 1 : index - 1);
  else if (event.key === "PageDown") move(index + rowsOnPage());
  else if (event.key === "PageUp") move(index - rowsOnPage());
  else if (event.key === "Home") move(0);
  else if (event.key === "End") move(count - 1);
  else if (event.key === " " && active !== undefined) selection.toggle(active);
  else if (event.key === "Escape") selection.clear();
  else if (event.key === "Delete" && selection.count() > 0) remove();
  else return;
  event.preventDefault();
}
