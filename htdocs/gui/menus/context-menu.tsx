import { createSignal, Show } from "solid-js";
import { useApplication } from "../application";
import { listen } from "../listen";
import { rowId } from "../list/row";
import { contextMenu, sectionsOf } from "./entries";
import { listenLongPress } from "./long-press";
import { Menu } from "./menu";
import type { Anchor } from "./placement";

/** The menu of the selected torrents: by a right click, a long press, or the menu key in the list. */
export function ContextMenu() {
  const { actions, selection } = useApplication();
  const [anchor, setAnchor] = createSignal<Anchor>();

  /** Returns false where there is no torrent. A row that is not selected becomes the only one that is. */
  const openOn = (target: Element, at: Anchor): boolean => {
    // Some browsers tell of a long press themselves, besides us.
    if (anchor()) return true;
    const hash = target.closest<HTMLElement>("[data-hash]")?.dataset.hash;
    if (hash === undefined) return false;
    if (!selection.has(hash)) {
      void selection.click(hash, { ctrlKey: false, metaKey: false, shiftKey: false });
    }
    setAnchor(at);
    return true;
  };

  listen("contextmenu", (event) => {
    const target = event.target as Element;
    const isByKey = event.button !== 2 && target.matches('[role="grid"]');
    const active = isByKey && selection.active();
    const row = active ? document.getElementById(rowId(active)) : undefined;
    const isOpen = row ? openOn(row, row) : openOn(target, { x: event.clientX, y: event.clientY });
    if (isOpen) event.preventDefault();
  });
  listenLongPress((target, x, y) => openOn(target, { x, y }));

  return (
    <Show when={anchor()} keyed>
      {(at) => (
        <Menu
          label="Selected torrents"
          sections={sectionsOf(contextMenu, actions)}
          anchor={at}
          placement="bottom-start"
          onClose={() => setAnchor(undefined)}
        />
      )}
    </Show>
  );
}
