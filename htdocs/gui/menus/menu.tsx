import type { Placement } from "@floating-ui/dom";
import { createSignal, For, onCleanup, onMount, Show, untrack } from "solid-js";
import { type Action, isEnabled } from "../actions/actions";
import { Icon } from "../icon";
import { listen } from "../listen";
import type { Sections, Submenu } from "./entries";
import { formatKeys } from "./key-names";
import styles from "./menu.module.css";
import { handleMenuKey } from "./menu-keys";
import { type Anchor, place } from "./placement";

interface MenuProps {
  label: string;
  sections: Sections;
  anchor: Anchor;
  placement: Placement;
  /** Closes this menu. */
  onClose: () => void;
  /** Closes the menus that this one is in, too; absent for the outermost. */
  onDone?: () => void;
}

/** A menu that has the focus while it is open, and gives it back. */
export function Menu(props: MenuProps) {
  const before = document.activeElement;
  // What is offered when it opens: an item that the focus is on must not be made anew.
  const sections = untrack(() => props.sections);
  let element!: HTMLDivElement;

  const done = () => (props.onDone ?? props.onClose)();

  onMount(() => {
    element.showPopover();
    void place(element, props.anchor, props.placement).then(() => items(element)[0]?.focus());
  });
  onCleanup(() => {
    if (element.contains(document.activeElement) && before instanceof HTMLElement) {
      before.focus({ preventScroll: true });
    }
  });
  listen(
    "pointerdown",
    (event) => {
      const target = event.target as Element;
      // What opened the menu closes it by its own click.
      if (!element.contains(target) && target.closest('[aria-expanded="true"]') !== props.anchor) {
        props.onClose();
      }
    },
    { capture: true },
  );

  return (
    <div
      ref={element}
      popover="manual"
      role="menu"
      aria-label={props.label}
      class={styles.menu}
      data-menu={props.label}
      onKeyDown={(event) => handleMenuKey(event, items(element), props.onClose)}
      onContextMenu={(event) => event.preventDefault()}
    >
      <For each={sections}>
        {(section) => (
          <div role="group" class={styles.section}>
            <For each={section}>
              {(entry) =>
                "actions" in entry ? (
                  <SubmenuItem submenu={entry} onDone={done} />
                ) : (
                  <ActionItem action={entry} onDone={done} />
                )
              }
            </For>
          </div>
        )}
      </For>
    </div>
  );
}

/** The items of a menu, without those of its submenus. */
function items(menu: HTMLElement): HTMLElement[] {
  const all = menu.querySelectorAll<HTMLElement>('[role^="menuitem"]');
  return [...all].filter((item) => item.closest('[role="menu"]') === menu);
}

function ActionItem(props: { action: Action; onDone: () => void }) {
  const isRadio = () => props.action.isChosen !== undefined;
  return (
    <button
      type="button"
      role={isRadio() ? "menuitemradio" : "menuitem"}
      aria-checked={isRadio() ? props.action.isChosen!() : undefined}
      aria-disabled={!isEnabled(props.action)}
      tabindex="-1"
      class={styles.item}
      data-action={props.action.id}
      onClick={() => {
        if (!isEnabled(props.action)) return;
        props.onDone();
        props.action.run();
      }}
    >
      <span class={styles.icon}>
        <Show when={isRadio() ? props.action.isChosen!() && "check" : props.action.icon} keyed>
          {(icon) => <Icon name={icon} />}
        </Show>
      </span>
      <span>{props.action.title}</span>
      <Show when={props.action.keys?.[0]}>
        {(keys) => (
          <kbd class={styles.keys} aria-hidden="true">
            {formatKeys(keys())}
          </kbd>
        )}
      </Show>
    </button>
  );
}

function SubmenuItem(props: { submenu: Submenu; onDone: () => void }) {
  const [isOpen, setOpen] = createSignal(false);
  const isUseful = () => props.submenu.actions.some(isEnabled);
  let item!: HTMLButtonElement;
  return (
    <div
      role="none"
      onPointerLeave={(event) => event.pointerType === "mouse" && setOpen(false)}
      onPointerEnter={(event) => event.pointerType === "mouse" && setOpen(isUseful())}
    >
      <button
        ref={item}
        type="button"
        role="menuitem"
        aria-haspopup="menu"
        aria-expanded={isOpen()}
        aria-disabled={!isUseful()}
        tabindex="-1"
        class={styles.item}
        data-submenu={props.submenu.title}
        onClick={() => {
          setOpen(isUseful());
          // The mouse has opened it before, and this click has taken the focus from it.
          item.parentElement!.querySelector<HTMLElement>('[role="menu"] [role^="menuitem"]')?.focus();
        }}
      >
        <span class={styles.icon}>
          <Show when={props.submenu.icon}>{(icon) => <Icon name={icon()} />}</Show>
        </span>
        <span>{props.submenu.title}</span>
        <span class={styles.more}>
          <Icon name="next" />
        </span>
      </button>
      <Show when={isOpen()}>
        <Menu
          label={props.submenu.title}
          sections={[props.submenu.actions]}
          anchor={item}
          placement="right-start"
          onClose={() => setOpen(false)}
          onDone={props.onDone}
        />
      </Show>
    </div>
  );
}
