import { onCleanup } from "solid-js";
import { tinykeys } from "tinykeys";
import { type Actions, isEnabled } from "../actions/actions";

/** Runs actions by their keys, for as long as the calling component lives. */
export function createShortcuts(actions: Actions): void {
  const run = (id: string) => (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.repeat || isInDialog()) return;
    const action = actions.get(id);
    if (!action || !isEnabled(action) || (!action.isForFields && isInField(event.target))) return;
    event.preventDefault();
    action.run();
  };
  const bindings = actions.all.flatMap(({ id, keys = [] }) => keys.map((key) => [key, run(id)]));
  onCleanup(tinykeys(window, Object.fromEntries(bindings)));
}

const fields = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])";

function isInDialog(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

/** Whether a key is for a field that is typed in. */
function isInField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(fields) !== null;
}
