import { onCleanup } from "solid-js";

/** Hears an event of the document for as long as the calling component lives. */
export function listen<Name extends keyof DocumentEventMap>(
  name: Name,
  handle: (event: DocumentEventMap[Name]) => void,
  options?: AddEventListenerOptions,
): void {
  document.addEventListener(name, handle, options);
  onCleanup(() => document.removeEventListener(name, handle, options));
}
