import { For, Show } from "solid-js";
import dialogStyles from "../actions/dialog.module.css";
import { useApplication } from "../application";
import type { Priority } from "../files/file-choices";
import styles from "./adding.module.css";
import { FolderChoice } from "./folder-choice";
import { createKnown } from "./known";
import { LabelChoice } from "./label-choice";
import type { AddOptions } from "./options";

/** Where and how the torrents are added. */
export function OptionFields(props: {
  options: AddOptions;
  onChange: (changes: Partial<AddOptions>) => void;
  /** How many bytes the torrents have, as far as that is known. */
  needed: number;
}) {
  const { daemons } = useApplication();
  const names = () => Object.keys(daemons.byName);
  const roots = () => daemons.roots(props.options.daemon ?? names()[0] ?? "");
  const known = createKnown(() => props.options.daemon);

  return (
    <>
      <div class={styles.options}>
        <Show when={names().length > 1}>
          <label class={dialogStyles.field}>
            Daemon
            <select
              name="daemon"
              value={props.options.daemon}
              onChange={(event) => props.onChange({ daemon: event.currentTarget.value, folder: undefined })}
            >
              <For each={names()}>{(name) => <option value={name}>{name}</option>}</For>
            </select>
          </label>
        </Show>
        <Show when={roots().length > 0}>
          <FolderChoice
            roots={roots()}
            folders={known()?.folders ?? []}
            defaultFolder={known()?.defaultFolder}
            daemon={props.options.daemon}
            folder={props.options.folder}
            onChange={(folder) => props.onChange({ folder })}
            needed={props.needed}
          />
        </Show>
        <label class={dialogStyles.field}>
          Priority
          <select
            name="priority"
            value={props.options.priority}
            onChange={(event) => props.onChange({ priority: Number(event.currentTarget.value) as Priority })}
          >
            <option value="1">High</option>
            <option value="0">Normal</option>
            <option value="-1">Low</option>
          </select>
        </label>
      </div>
      <LabelChoice
        known={known()?.labels ?? []}
        chosen={props.options.labels}
        onChange={(labels) => props.onChange({ labels })}
      />
      <label class={dialogStyles.choice}>
        <input
          type="checkbox"
          name="start"
          checked={props.options.isStarting}
          onChange={(event) => props.onChange({ isStarting: event.currentTarget.checked })}
        />
        Start at once
      </label>
    </>
  );
}
