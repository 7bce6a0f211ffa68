import { createSignal, onCleanup, onMount } from "solid-js";
import { Dialogs } from "./actions/dialog";
import { NoticeList } from "./actions/notice-list";
import { Toolbar } from "./actions/toolbar";
import { DropTarget } from "./adding/drop-target";
import styles from "./app.module.css";
import { FilterBar } from "./list/filter-bar";
import { List } from "./list/list";
import { SearchBox } from "./list/search-box";
import { StatusBar } from "./status/status-bar";
import { TroubleBanner } from "./status/trouble-banner";

/** Below this the list shows compact rows, and the filters lie above it. */
const compactBelow = 720;

export function App() {
  const [width, setWidth] = createSignal(window.innerWidth);
  let element!: HTMLDivElement;

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
        <SearchBox />
      </header>
      <TroubleBanner />
      <FilterBar />
      <List isCompact={isCompact()} />
      <StatusBar />
      <NoticeList />
      <Dialogs />
      <DropTarget />
    </div>
  );
}
