import type { Selection } from "./selection";

interface ListKeys {
  hashes: readonly string[];
  selection: Selection;
  rowsOnPage: () => number;
  remove: () => void;
}

/** The keys of the list while it has the focus. */
export function handleListKey(
  event: KeyboardEvent,
  { hashes, selection, rowsOnPage, remove }: ListKeys,
): void {
  const active = selection.active();
  const index = active === undefined ? -1 : hashes.indexOf(active);
  const move = (to: number) => selection.moveTo(to, event.shiftKey);
  const isCommand = event.ctrlKey || event.metaKey;

  if (isCommand && event.key.toLowerCase() === "a") selection.all();
  else if (isCommand || event.altKey) return;
  else if (event.key === "ArrowDown") move(index + 1);
  else if (event.key === "ArrowUp") move(index < 0 ? hashes.length - 1 : index - 1);
  else if (event.key === "PageDown") move(index + rowsOnPage());
  else if (event.key === "PageUp") move(index - rowsOnPage());
  else if (event.key === "Home") move(0);
  else if (event.key === "End") move(hashes.length - 1);
  else if (event.key === " " && active !== undefined) selection.toggle(active);
  else if (event.key === "Escape") selection.clear();
  else if (event.key === "Delete" && selection.hashes().length > 0) remove();
  else return;
  event.preventDefault();
}
