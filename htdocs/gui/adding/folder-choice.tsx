import { createSignal, createUniqueId, For, Show } from "solid-js";
import dialogStyles from "../actions/dialog.module.css";
import { folderProblem, isBelow } from "../dialogs/folders";
import { formatBytes } from "../format/bytes";
import styles from "./adding.module.css";
import { createFreeSpace } from "./free-space";

interface FolderChoiceProps {
  /** Folders below which there may be a choice. */
  roots: readonly string[];
  /** Where torrents are already. */
  folders: readonly string[];
  /** Where the daemon puts torrents by itself. */
  defaultFolder: string | undefined;
  daemon: string | undefined;
  /** Undefined: where the daemon puts torrents. */
  folder: string | undefined;
  onChange: (folder: string | undefined) => void;
  /** How many bytes are to be put there, as far as that is known. */
  needed: number;
}

/** Where new torrents go: a folder that is known, or one that is typed. */
export function FolderChoice(props: FolderChoiceProps) {
  const [isTyping, setTyping] = createSignal(false);
  const problemId = createUniqueId();
  const offered = () =>
    [...new Set([...props.roots, ...props.folders])].filter(
      (folder) => folder !== props.defaultFolder && isBelow(folder, props.roots),
    );
  const problem = () => (props.folder === undefined ? "" : folderProblem(props.folder, props.roots));

  const free = createFreeSpace(
    () => props.folder ?? props.defaultFolder,
    () => props.roots,
    () => props.daemon,
  );

  return (
    <div class={dialogStyles.field}>
      <label class={styles.stack}>
        Folder
        <select
          name="folder"
          value={isTyping() ? "other" : (props.folder ?? "")}
          onChange={(event) => {
            const { value } = event.currentTarget;
            setTyping(value === "other");
            if (value === "other")
              props.onChange(`${props.folder ?? props.defaultFolder ?? props.roots[0]!}/`);
            else props.onChange(value === "" ? undefined : value);
          }}
        >
          <option value="">{props.defaultFolder ?? "The daemon's own"} (default)</option>
          <For each={offered()}>{(folder) => <option value={folder}>{folder}</option>}</For>
          <option value="other">Another one…</option>
        </select>
      </label>
      <Show when={isTyping()}>
        <input
          name="other-folder"
          aria-label="Folder's path"
          aria-invalid={problem() !== ""}
          aria-describedby={problemId}
          spellcheck={false}
          autocapitalize="off"
          value={props.folder ?? ""}
          onInput={(event) => props.onChange(event.currentTarget.value.trim())}
        />
        <span id={problemId} class={styles.problem}>
          {problem()}
        </span>
      </Show>
      <Show when={free() !== undefined}>
        <span data-field="free" class={props.needed > free()! ? styles.problem : undefined}>
          {formatBytes(free()!)} free
          <Show when={props.needed > free()!}>, {formatBytes(props.needed)} needed</Show>
        </span>
      </Show>
    </div>
  );
}
