const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Arrow keys, Home and End move the focus among elements of which Tab leads to one. */
export function handleRovingKey(event: KeyboardEvent, elements: readonly HTMLElement[]): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const index = elements.indexOf(document.activeElement as HTMLElement);
  const step = steps[event.key];
  if (index < 0) return;
  else if (step !== undefined) elements[(index + step + elements.length) % elements.length]!.focus();
  else if (event.key === "Home") elements[0]!.focus();
  else if (event.key === "End") elements.at(-1)!.focus();
  else return;
  event.preventDefault();
}
