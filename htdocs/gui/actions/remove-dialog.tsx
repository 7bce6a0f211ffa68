import { createSignal, For, Show } from "solid-js";
import { useApplication } from "../application";
import { DialogButtons, DialogFrame } from "./dialog";
import styles from "./dialog.module.css";

const mostNames = 5;

/** Asks before torrents are removed, and whether their data goes too. */
export function RemoveDialog(props: { hashes: readonly string[] }) {
  const { commands, setDialog, torrents } = useApplication();
  const [isDeletingData, setDeletingData] = createSignal(false);
  const count = () => props.hashes.length;
  /** Those that are known: of a window of the list, not all are. */
  const names = props.hashes.flatMap((hash) => torrents.get(hash)?.name ?? []).slice(0, mostNames);

  const remove = () => {
    void commands.remove(props.hashes, isDeletingData());
    setDialog(undefined);
  };

  return (
    <DialogFrame
      name="remove"
      title={count() === 1 ? "Remove this torrent?" : `Remove ${count()} torrents?`}
      onSubmit={remove}
    >
      <ul class={styles.names}>
        <For each={names}>{(name) => <li>{name}</li>}</For>
        <Show when={count() > names.length}>
          <li>and {count() - names.length} more</li>
        </Show>
      </ul>
      <label class={styles.choice}>
        <input
          type="checkbox"
          name="delete-data"
          checked={isDeletingData()}
          onChange={(event) => setDeletingData(event.currentTarget.checked)}
        />
        Delete the downloaded data too
      </label>
      <DialogButtons>
        <button type="submit" data-kind="danger" data-action="confirm">
          {isDeletingData() ? "Remove and delete data" : "Remove"}
        </button>
      </DialogButtons>
    </DialogFrame>
  );
}
