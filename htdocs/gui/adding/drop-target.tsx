import { Show } from "solid-js";
import { useApplication } from "../application";
import styles from "./drop-target.module.css";
import { listenToTransfers } from "./transfers";

/** Opens the dialog with what is dropped or pasted anywhere on the page. */
export function DropTarget() {
  const { dialog, setDialog } = useApplication();
  const isOver = listenToTransfers((sources) => {
    // A dialog that is open takes it by itself, or has nothing to do with it.
    if (dialog()) return false;
    setDialog({ kind: "add", sources });
    return true;
  });
  return (
    <Show when={isOver() && !dialog()}>
      <div class={styles.cover}>
        <p>Drop .torrent files or links to add them</p>
      </div>
    </Show>
  );
}
