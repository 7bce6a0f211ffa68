import { createSignal, onCleanup, onMount, Show } from "solid-js";
import { Dialogs } from "./actions/dialog";
import { NoticeList } from "./actions/notice-list";
import { Toolbar } from "./actions/toolbar";
import { DropTarget } from "./adding/drop-target";
import styles from "./app.module.css";
import { useApplication } from "./application";
import { ColumnsButton } from "./list/columns-button";
import { FilterBar } from "./list/filter-bar";
import { List } from "./list/list";
import { SearchBox } from "./list/search-box";
import { ContextMenu } from "./menus/context-menu";
import { createShortcuts } from "./menus/shortcuts";
import { StatusBar } from "./status/status-bar";
import { TroubleBanner } from "./status/trouble-banner";

/** Below this the list shows compact rows, and the filters lie above it. */
const compactBelow = 720;

export function App() {
  const [width, setWidth] = createSignal(window.innerWidth);
  let element!: HTMLDivElement;

  createShortcuts(useApplication().actions);
  onMount(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(entry!.contentRect.width));
    observer.observe(element);
    onCleanup(() => observer.disconnect());
  });

  const isCompact = () => width() < compactBelow;

  return (
    <div ref={element} class={styles.app} data-layout={isCompact() ? "compact" : "wide"}>
      <header class={styles.header}>
        <Toolbar />
        <SearchBox isCompact={isCompact()} />
        <Show when={!isCompact()}>
          <ColumnsButton />
        </Show>
      </header>
      <TroubleBanner />
      <FilterBar isCompact={isCompact()} />
      <List isCompact={isCompact()} />
      <StatusBar />
      <NoticeList />
      <ContextMenu />
      <Dialogs />
      <DropTarget />
    </div>
  );
}
