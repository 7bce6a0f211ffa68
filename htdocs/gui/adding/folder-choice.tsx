import { createSignal, createUniqueId, For, Show } from "solid-js";
import dialogStyles from "../actions/dialog.module.css";
import { formatBytes } from "../format/bytes";
import styles from "./adding.module.css";
import { createAnswer } from "./answer";
import { folderProblem, isBelow } from "./options";

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
      (folder) => folder !== props.defaultFolder && props.roots.some((root) => isBelow(folder, root)),
    );
  const problem = () => (props.folder === undefined ? undefined : folderProblem(props.folder, props.roots));

  const space = createAnswer((call) => {
    const path = props.folder ?? props.defaultFolder;
    if (path === undefined || folderProblem(path, props.roots) !== undefined) return undefined;
    const of = props.daemon === undefined ? {} : { daemon: props.daemon };
    return call("free_space", { path, ...of });
  });
  /** -1: there is no such folder yet. */
  const free = () => {
    const { path, "size-bytes": bytes } = space() ?? {};
    return path === (props.folder ?? props.defaultFolder) && bytes !== undefined && bytes >= 0
      ? { bytes }
      : undefined;
  };

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
          aria-invalid={problem() !== undefined}
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
      <Show when={free()}>
        {(known) => (
          <span data-field="free" class={props.needed > known().bytes ? styles.problem : undefined}>
            {formatBytes(known().bytes)} free
            <Show when={props.needed > known().bytes}>, {formatBytes(props.needed)} needed</Show>
          </span>
        )}
      </Show>
    </div>
  );
}
