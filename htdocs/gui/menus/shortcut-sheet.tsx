import { For, Show } from "solid-js";
import { type Action, type ActionGroup, groupTitles } from "../actions/actions";
import { useApplication } from "../application";
import { listKeys } from "../list/keyboard";
import { showModal } from "../modal";
import { formatKeys } from "./key-names";
import styles from "./shortcut-sheet.module.css";

interface Shortcut {
  title: string;
  keys: readonly string[];
}

/** What every key of the page does. */
export function ShortcutSheet() {
  const { actions, setDialog } = useApplication();
  let element!: HTMLDialogElement;
  showModal(
    () => element,
    () => setDialog(undefined),
  );

  const groups = Object.keys(groupTitles) as ActionGroup[];
  const shortcutsOf = (group: ActionGroup): Shortcut[] =>
    actions
      .offered()
      .filter((action): action is Action & Shortcut => action.group === group && !!action.keys);

  return (
    <dialog ref={element} class={styles.sheet} data-dialog="shortcuts" aria-labelledby="dialog-title">
      <header class={styles.header}>
        <h2 id="dialog-title">Keyboard shortcuts</h2>
        <button onClick={() => element.close()}>Close</button>
      </header>
      <div class={styles.groups}>
        <For each={groups}>
          {(group) => <Shortcuts title={groupTitles[group]} shortcuts={shortcutsOf(group)} />}
        </For>
        <Shortcuts title="In the list" shortcuts={listKeys} />
      </div>
    </dialog>
  );
}

function Shortcuts(props: { title: string; shortcuts: readonly Shortcut[] }) {
  return (
    <Show when={props.shortcuts.length > 0}>
      <section class={styles.group}>
        <h3>{props.title}</h3>
        <dl>
          <For each={props.shortcuts}>
            {({ title, keys }) => (
              <div>
                <dt>{title.replace("…", "")}</dt>
                <dd>
                  <For each={[...new Set(keys.map(formatKeys))]}>{(key) => <kbd>{key}</kbd>}</For>
                </dd>
              </div>
            )}
          </For>
        </dl>
      </section>
    </Show>
  );
}
