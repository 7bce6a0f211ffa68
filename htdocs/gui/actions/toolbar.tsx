import { createSignal, For, Show } from "solid-js";
import { useApplication } from "../application";
import { Icon } from "../icon";
import { moreMenu, sectionsOf } from "../menus/entries";
import { Menu } from "../menus/menu";
import { handleRovingKey } from "../roving";
import { type Action, isEnabled } from "./actions";
import styles from "./toolbar.module.css";

const ids = ["add", "start", "stop", "remove"];

/** The actions that are used most, and a menu with the others. Arrow keys go from one to the next. */
export function Toolbar() {
  const { actions } = useApplication();
  const shown = () => ids.flatMap((id) => actions.get(id) ?? []);
  const [last, setLast] = createSignal("");
  let element!: HTMLDivElement;

  /** The button that Tab leads to. */
  const tabStop = () => {
    const enabled = [
      ...shown()
        .filter(isEnabled)
        .map(({ id }) => id),
      "more",
    ];
    return enabled.includes(last()) ? last() : enabled[0];
  };
  const tabIndex = (id: string) => (id === tabStop() ? 0 : -1);

  const buttons = () => [...element.querySelectorAll<HTMLElement>(":scope > button:enabled")];

  return (
    <div
      ref={element}
      class={styles.toolbar}
      role="toolbar"
      aria-label="Actions"
      onKeyDown={(event) => handleRovingKey(event, buttons())}
      onFocusIn={({ target }) => {
        const { action } = (target as HTMLElement).dataset;
        if (action !== undefined && target.parentElement === element) setLast(action);
      }}
    >
      <For each={shown()}>{(action) => <ActionButton action={action} tabIndex={tabIndex(action.id)} />}</For>
      <MoreButton tabIndex={tabIndex("more")} />
    </div>
  );
}

function ActionButton(props: { action: Action; tabIndex: number }) {
  /** Without the dots: the button says little enough. */
  const title = () => props.action.title.replace("…", "");
  return (
    <button
      data-kind={props.action.id === "add" ? "primary" : undefined}
      data-action={props.action.id}
      tabindex={props.tabIndex}
      disabled={!isEnabled(props.action)}
      title={title()}
      onClick={() => props.action.run()}
    >
      <Show when={props.action.icon}>{(icon) => <Icon name={icon()} />}</Show>{" "}
      <span class={styles.title}>{title()}</span>
    </button>
  );
}

/** Opens the menu of what else there is. */
function MoreButton(props: { tabIndex: number }) {
  const { actions } = useApplication();
  const [isOpen, setOpen] = createSignal(false);
  let button!: HTMLButtonElement;
  return (
    <>
      <button
        ref={button}
        class={styles.more}
        data-action="more"
        tabindex={props.tabIndex}
        title="More"
        aria-label="More"
        aria-haspopup="menu"
        aria-expanded={isOpen()}
        onClick={() => setOpen(!isOpen())}
      >
        <Icon name="more" />
      </button>
      <Show when={isOpen()}>
        <Menu
          label="More"
          sections={sectionsOf(moreMenu, actions)}
          anchor={button}
          placement="bottom-start"
          onClose={() => setOpen(false)}
        />
      </Show>
    </>
  );
}
