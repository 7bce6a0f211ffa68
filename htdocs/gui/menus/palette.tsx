import UFuzzy from "@leeoniya/ufuzzy";
import { createMemo, createSignal, For, Show } from "solid-js";
import { type Action, groupTitles, isEnabled } from "../actions/actions";
import { useApplication } from "../application";
import { Icon } from "../icon";
import { showModal } from "../modal";
import { formatKeys } from "./key-names";
import styles from "./palette.module.css";

const fuzzy = new UFuzzy({ intraMode: 1 });

/** "Queue: Up" finds what "Up" alone would not say. */
const fullTitle = ({ group, title }: Action) => `${groupTitles[group]}: ${title}`;

/** The actions whose titles match what is typed, the best match first; all of them if nothing is. */
function find(actions: Action[], text: string): Action[] {
  if (text.trim() === "") return actions;
  const [indexes, , order] = fuzzy.search(actions.map(fullTitle), text, 1);
  const best = order && indexes ? order.map((place) => indexes[place]!) : (indexes ?? []);
  return best.map((index) => actions[index]!);
}

/** All that can be done now, found by a few letters. */
export function Palette() {
  const { actions, setDialog } = useApplication();
  const [text, setText] = createSignal("");
  const [place, setPlace] = createSignal(0);
  const found = createMemo(() =>
    find(
      actions.offered().filter((action) => action.id !== "palette" && isEnabled(action)),
      text(),
    ),
  );
  /** What can be done becomes less at times. */
  const chosen = () => Math.max(0, Math.min(place(), found().length - 1));
  let element!: HTMLDialogElement;
  showModal(
    () => element,
    () => setDialog(undefined),
  );

  const optionId = (index: number) => `palette-${index}`;
  const choose = (index: number) => {
    setPlace((index + found().length) % Math.max(1, found().length));
    document.getElementById(optionId(chosen()))?.scrollIntoView({ block: "nearest" });
  };
  const run = (action: Action | undefined) => {
    if (!action) return;
    setDialog(undefined);
    action.run();
  };
  const handleKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") choose(chosen() + 1);
    else if (event.key === "ArrowUp") choose(chosen() - 1);
    else if (event.key === "Enter") run(found()[chosen()]);
    else return;
    event.preventDefault();
  };

  return (
    <dialog
      ref={element}
      class={styles.palette}
      data-dialog="palette"
      aria-label="All commands"
      onClick={(event) => event.target === element && element.close()}
    >
      <div class={styles.search}>
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-label="Search commands"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-autocomplete="list"
          aria-activedescendant={found().length > 0 ? optionId(chosen()) : undefined}
          autocomplete="off"
          spellcheck={false}
          placeholder="What is to be done?"
          value={text()}
          onInput={(event) => {
            setText(event.currentTarget.value);
            choose(0);
          }}
          onKeyDown={handleKey}
        />
      </div>
      <div id="palette-list" role="listbox" aria-label="Commands" class={styles.list} tabindex="-1">
        <For each={found()}>
          {(action, index) => (
            <div
              id={optionId(index())}
              role="option"
              aria-selected={index() === chosen()}
              class={styles.option}
              data-action={action.id}
              onClick={() => run(action)}
            >
              <span class={styles.icon}>
                <Show when={action.icon}>{(icon) => <Icon name={icon()} />}</Show>
              </span>
              <span>
                <span class={styles.group}>{groupTitles[action.group]}</span> {action.title}
              </span>
              <Show when={action.keys?.[0]}>{(keys) => <kbd>{formatKeys(keys())}</kbd>}</Show>
            </div>
          )}
        </For>
      </div>
      <p class={styles.none} role="status">
        {found().length === 0 ? "Nothing that can be done now is called so." : ""}
      </p>
    </dialog>
  );
}
