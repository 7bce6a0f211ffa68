import { createSignal, onCleanup, Show } from "solid-js";
import { useApplication } from "../application";
import styles from "./drop-target.module.css";
import { readTransfer } from "./sources";

/** Lets .torrent files and links be dropped or pasted anywhere on the page. */
export function DropTarget() {
  const { dialog, setDialog } = useApplication();
  const [isOver, setOver] = createSignal(false);

  const offer = (transfer: DataTransfer | null): boolean => {
    const sources = transfer ? readTransfer(transfer) : [];
    if (sources.length > 0) setDialog({ kind: "add", sources });
    return sources.length > 0;
  };

  const listen = <Name extends keyof DocumentEventMap>(
    name: Name,
    handle: (event: DocumentEventMap[Name]) => void,
  ) => {
    document.addEventListener(name, handle);
    onCleanup(() => document.removeEventListener(name, handle));
  };
  listen("dragover", (event) => {
    const types = event.dataTransfer?.types ?? [];
    if (!types.includes("Files") && !types.includes("text/plain")) return;
    event.preventDefault();
    setOver(true);
  });
  listen("dragleave", (event) => {
    // Without a related target the pointer has left the window.
    if (!event.relatedTarget) setOver(false);
  });
  listen("drop", (event) => {
    setOver(false);
    if (isTextInput(event.target) && !event.dataTransfer?.files.length) return;
    event.preventDefault();
    offer(event.dataTransfer);
  });
  listen("paste", (event) => {
    if (dialog() || isTextInput(event.target)) return;
    if (offer(event.clipboardData)) event.preventDefault();
  });

  return (
    <Show when={isOver()}>
      <div class={styles.cover}>
        <p>Drop .torrent files or links to add them</p>
      </div>
    </Show>
  );
}

function isTextInput(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}
