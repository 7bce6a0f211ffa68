import { createEffect, createMemo, Show } from "solid-js";
import { formatBytes } from "../format/bytes";
import { Icon } from "../icon";
import type { FileChoices, Priority } from "./file-choices";
import styles from "./file-tree.module.css";
import type { FileNode } from "./tree";

interface FileRowProps {
  id: string;
  node: FileNode;
  rowNumber: number;
  choices: FileChoices;
  isOpen: boolean;
  isActive: boolean;
  onActive: () => void;
  /** Opens or closes the folder. */
  onTurn: () => void;
  /** The row's own controls are done with. */
  onChosen: () => void;
}

/** A folder or file. Its controls are for pointers: the keys are the tree's. */
export function FileRow(props: FileRowProps) {
  const { node } = props;
  const wanted = createMemo(() => props.choices.wanted(node.files));
  const priority = createMemo(() => props.choices.priority(node.files));
  return (
    <div
      id={props.id}
      role="row"
      class={styles.row}
      aria-level={node.depth + 1}
      aria-rowindex={props.rowNumber}
      aria-expanded={node.isFolder ? props.isOpen : undefined}
      data-path={node.path}
      data-active={props.isActive}
      style={{ "--depth": node.depth }}
      onClick={() => props.onActive()}
    >
      <div role="gridcell" class={styles.name}>
        <Show when={node.isFolder} fallback={<span class={styles.turn} />}>
          <button
            type="button"
            class={styles.turn}
            tabindex="-1"
            aria-label={`${props.isOpen ? "Close" : "Open"} ${node.name}`}
            onClick={() => {
              props.onTurn();
              props.onChosen();
            }}
          >
            <Icon name="fold" />
          </button>
        </Show>
        <label>
          <input
            type="checkbox"
            tabindex="-1"
            checked={wanted() ?? false}
            ref={(box) => createEffect(() => (box.indeterminate = wanted() === undefined))}
            onChange={(event) => {
              props.choices.setWanted(node.files, event.currentTarget.checked);
              props.onChosen();
            }}
          />
          <span title={node.name}>{node.name}</span>
        </label>
      </div>
      <div role="gridcell" class={styles.size}>
        {formatBytes(node.length)}
      </div>
      <div role="gridcell">
        <select
          tabindex="-1"
          aria-label={`Priority of ${node.name}`}
          data-priority={priority()}
          disabled={wanted() === false}
          value={priority() ?? ""}
          onChange={(event) => {
            props.choices.setPriority(node.files, Number(event.currentTarget.value) as Priority);
            props.onChosen();
          }}
        >
          <Show when={priority() === undefined}>
            <option value="">Mixed</option>
          </Show>
          <option value="1">High</option>
          <option value="0">Normal</option>
          <option value="-1">Low</option>
        </select>
      </div>
    </div>
  );
}
