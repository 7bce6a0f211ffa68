import { onCleanup, onMount } from "solid-js";

/**
 * Shows a dialog for as long as the calling component lives. Only a dialog that is closed, not one that is merely
 * taken out of the page, gives the focus back. `closed`: the browser did it, as on Escape.
 */
export function showModal(element: () => HTMLDialogElement, closed: () => void): void {
  onMount(() => {
    const dialog = element();
    dialog.addEventListener("close", closed);
    dialog.showModal();
    onCleanup(() => {
      // The event comes later, when another dialog may be open.
      dialog.removeEventListener("close", closed);
      dialog.close();
    });
  });
}
