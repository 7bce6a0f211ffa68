import { type Accessor, createSignal } from "solid-js";
import { listen } from "../listen";
import { type AddSource, readTransfer } from "./sources";

/**
 * Takes .torrent files and links that are dropped or pasted anywhere on the page, but text not where the user
 * writes. Returns whether something is being dragged over the page. `take` gives false for what it does not want.
 */
export function listenToTransfers(take: (sources: AddSource[]) => boolean): Accessor<boolean> {
  const [isOver, setOver] = createSignal(false);

  const offer = (event: Event, transfer: DataTransfer | null) => {
    if (!transfer || (isTextInput(event.target) && transfer.files.length === 0)) return false;
    const sources = readTransfer(transfer);
    return sources.length > 0 && take(sources);
  };

  listen("dragover", (event) => {
    const types = event.dataTransfer?.types ?? [];
    if (!["Files", "text/plain", "text/uri-list"].some((type) => types.includes(type))) return;
    if (isTextInput(event.target) && !types.includes("Files")) return;
    event.preventDefault();
    setOver(true);
  });
  listen("dragleave", (event) => {
    // Without a related target the pointer has left the window.
    if (!event.relatedTarget) setOver(false);
  });
  listen("drop", (event) => {
    setOver(false);
    // The browser would leave the page for a file that is nothing for us.
    if (!isTextInput(event.target) || event.dataTransfer?.files.length) event.preventDefault();
    offer(event, event.dataTransfer);
  });
  listen("paste", (event) => {
    if (offer(event, event.clipboardData)) event.preventDefault();
  });
  return isOver;
}

function isTextInput(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && !["checkbox", "radio", "file", "button"].includes(target.type))
  );
}
