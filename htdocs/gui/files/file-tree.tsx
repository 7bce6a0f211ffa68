import { createEffect, createMemo, createSignal, createUniqueId, For, on } from "solid-js";
import { formatBytes } from "../format/bytes";
import { createVirtualRows } from "../list/virtual-rows";
import type { FileChoices, Priority } from "./file-choices";
import { FileRow } from "./file-row";
import { buildTree, type FileEntry, type FileNode, shownNodes } from "./tree";
import styles from "./file-tree.module.css";

const rowHeight = 36;
const overscan = 6;
/** A tree of more nodes begins with its folders closed. */
const mostOpen = 200;

/** A torrent's files as a tree, in which they are chosen. Only the rows in sight exist. */
export function FileTree(props: { files: readonly FileEntry[]; choices: FileChoices }) {
  const id = createUniqueId();
  const [active, setActive] = createSignal(0);
  /** Folders that are not as they were at first. */
  const [turned, setTurned] = createSignal<ReadonlySet<string>>(new Set());
  let scroller!: HTMLDivElement;

  const tree = createMemo(() => buildTree(props.files));
  const isSmall = createMemo(() => shownNodes(tree(), () => true).length <= mostOpen);
  const isOpen = (folder: FileNode) => (folder.depth === 0 || isSmall()) !== turned().has(folder.path);
  const nodes = createMemo(() => shownNodes(tree(), isOpen));

  const virtual = createVirtualRows({
    count: () => nodes().length,
    rowHeight: () => rowHeight,
    scroller: () => scroller,
    overscan,
  });
  const first = () => virtual.inDocument()?.first ?? 0;
  const rows = createMemo(() => nodes().slice(first(), (virtual.inDocument()?.last ?? -1) + 1));
  createEffect(on(active, virtual.scrollTo, { defer: true }));

  const turn = (folder: FileNode) => {
    const paths = new Set(turned());
    if (!paths.delete(folder.path)) paths.add(folder.path);
    setTurned(paths);
  };
  const toggle = ({ files }: FileNode) => props.choices.setWanted(files, !props.choices.wanted(files));
  const setAll = (isWanted: boolean) => props.choices.setWanted([...props.files.keys()], isWanted);

  const handleKey = (event: KeyboardEvent) => {
    const node = nodes()[active()];
    if (!node || event.ctrlKey || event.metaKey || event.altKey || event.target !== scroller) return;
    const { choices } = props;
    const isOpenFolder = node.isFolder && isOpen(node);
    const goTo = (index: number) => setActive(Math.max(0, Math.min(index, nodes().length - 1)));
    const rowsOnPage = Math.max(1, Math.floor(scroller.clientHeight / rowHeight) - 1);
    const raise = (step: number) => {
      const priority = (choices.priority(node.files) ?? 0) + step;
      choices.setPriority(node.files, Math.max(-1, Math.min(priority, 1)) as Priority);
    };

    if (event.key === "ArrowDown") goTo(active() + 1);
    else if (event.key === "ArrowUp") goTo(active() - 1);
    else if (event.key === "PageDown") goTo(active() + rowsOnPage);
    else if (event.key === "PageUp") goTo(active() - rowsOnPage);
    else if (event.key === "Home") goTo(0);
    else if (event.key === "End") goTo(nodes().length - 1);
    else if (event.key === "ArrowRight" && isOpenFolder) goTo(active() + 1);
    else if (event.key === "ArrowRight" && node.isFolder) turn(node);
    else if (event.key === "ArrowLeft" && isOpenFolder) turn(node);
    else if (event.key === "ArrowLeft" && node.parent) goTo(nodes().indexOf(node.parent));
    else if (event.key === " ") toggle(node);
    else if (event.key === "+" || event.key === "=") raise(1);
    else if (event.key === "-") raise(-1);
    else return;
    event.preventDefault();
  };

  return (
    <div class={styles.files}>
      <div class={styles.summary}>
        <Summary />
        <button type="button" data-files="all" onClick={() => setAll(true)}>
          All
        </button>
        <button type="button" data-files="none" onClick={() => setAll(false)}>
          None
        </button>
      </div>
      <div
        ref={scroller}
        class={styles.tree}
        role="treegrid"
        aria-label="Files"
        aria-description="Space: wanted or not. Plus and minus: priority."
        aria-rowcount={nodes().length}
        aria-activedescendant={rows().includes(nodes()[active()]!) ? `${id}-${active()}` : undefined}
        tabindex="0"
        onKeyDown={handleKey}
      >
        <div role="presentation" style={{ height: `${virtual.height()}px` }}>
          <div role="rowgroup" style={{ transform: `translateY(${first() * rowHeight}px)` }}>
            <For each={rows()}>
              {(node, index) => {
                const at = () => first() + index();
                return (
                  <FileRow
                    id={`${id}-${at()}`}
                    node={node}
                    rowNumber={at() + 1}
                    choices={props.choices}
                    isOpen={isOpen(node)}
                    isActive={active() === at()}
                    onActive={() => setActive(at())}
                    onTurn={() => turn(node)}
                    onChosen={() => scroller.focus()}
                  />
                );
              }}
            </For>
          </div>
        </div>
      </div>
    </div>
  );

  function Summary() {
    const wanted = createMemo(() => props.choices.total());
    const length = () => props.files.reduce((sum, file) => sum + file.length, 0);
    return (
      <span role="status" data-field="chosen">
        {wanted().count.toLocaleString("en")} of {props.files.length.toLocaleString("en")} files,{" "}
        {formatBytes(wanted().length)} of {formatBytes(length())}
      </span>
    );
  }
}
