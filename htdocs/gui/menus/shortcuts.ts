import { onCleanup } from "solid-js";
import { tinykeys } from "tinykeys";
import { type Actions, isEnabled } from "../actions/actions";

/** Runs actions by their keys, for as long as the calling component lives. */
export function createShortcuts(actions: Actions): void {
  const run = (id: string) => (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.repeat || isTakenElsewhere(event.target)) return;
    const action = actions.get(id);
    if (!action || !isEnabled(action)) return;
    event.preventDefault();
    action.run();
  };
  const bindings = actions.all.flatMap(({ id, keys = [] }) => keys.map((key) => [key, run(id)]));
  onCleanup(tinykeys(window, Object.fromEntries(bindings)));
}

const fields = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])";

/** Whether a key is for a field that is typed in, or for a dialog. */
function isTakenElsewhere(target: EventTarget | null): boolean {
  if (document.querySelector("dialog[open]")) return true;
  return target instanceof Element && target.closest(fields) !== null;
}
