/** The keys of a menu. No key of an open menu reaches what is below it. */
export function handleMenuKey(event: KeyboardEvent, items: HTMLElement[], close: () => void): void {
  event.stopPropagation();
  const index = items.indexOf(document.activeElement as HTMLElement);
  const current = items[index];
  const focus = (to: number) => items[(to + items.length) % items.length]?.focus();

  if (event.key === "ArrowDown") focus(index + 1);
  else if (event.key === "ArrowUp") focus(index < 0 ? -1 : index - 1);
  else if (event.key === "Home") focus(0);
  else if (event.key === "End") focus(-1);
  else if (event.key === "ArrowRight" && current?.ariaHasPopup === "menu") current.click();
  else if (event.key === "ArrowLeft" && isSubmenu(event.currentTarget as Element)) close();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else if (isLetter(event)) focusByLetter(items, index, event.key);
  else return;
  event.preventDefault();
}

function isSubmenu(menu: Element): boolean {
  return menu.parentElement?.closest('[role="menu"]') != null;
}

function isLetter({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return key.length === 1 && key !== " " && !ctrlKey && !metaKey && !altKey;
}

/** Goes to the next item whose title begins with a letter. */
function focusByLetter(items: HTMLElement[], index: number, letter: string): void {
  const following = [...items.slice(index + 1), ...items.slice(0, index + 1)];
  following.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter.toLowerCase()))?.focus();
}
