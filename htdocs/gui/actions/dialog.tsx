import { type Component, ErrorBoundary, type JSX, lazy, onMount, Show } from "solid-js";
import { Dynamic } from "solid-js/web";
import { useApplication } from "../application";
import type { AddOptions } from "../adding/options";
import type { AddSource } from "../adding/sources";
import { showModal } from "../modal";
import styles from "./dialog.module.css";

/** What a dialog about torrents is given. */
export interface OnHashes {
  hashes: readonly string[];
}

/** The dialog that is open, with what it is about. */
export type Dialog =
  | { kind: "add"; sources?: readonly AddSource[] }
  | { kind: "choose-files"; links: readonly string[]; options: AddOptions }
  | ({ kind: "remove" } & OnHashes)
  | ({ kind: "labels" } & OnHashes)
  | ({ kind: "location" } & OnHashes)
  | ({ kind: "limits" } & OnHashes)
  | { kind: "columns" }
  | { kind: "palette" }
  | { kind: "shortcuts" };

/** Each dialog is a module of its own, read when it is first opened. */
const dialogs: { [Kind in Dialog["kind"]]: Component<Extract<Dialog, { kind: Kind }>> } = {
  add: lazy(() => import("../adding/add-dialog")),
  "choose-files": lazy(() => import("../adding/choose-dialog")),
  remove: lazy(async () => ({ default: (await import("./remove-dialog")).RemoveDialog })),
  labels: lazy(async () => ({ default: (await import("../dialogs/labels-dialog")).LabelsDialog })),
  location: lazy(async () => ({ default: (await import("../dialogs/location-dialog")).LocationDialog })),
  limits: lazy(async () => ({ default: (await import("../dialogs/limits-dialog")).LimitsDialog })),
  columns: lazy(() => import("../list/columns-dialog")),
  palette: lazy(async () => ({ default: (await import("../menus/palette")).Palette })),
  shortcuts: lazy(async () => ({ default: (await import("../menus/shortcut-sheet")).ShortcutSheet })),
};

export function Dialogs() {
  const { dialog } = useApplication();
  return (
    <Show when={dialog()} keyed>
      {(open) => (
        <ErrorBoundary fallback={<Unavailable />}>
          <Dynamic component={dialogs[open.kind] as Component<Dialog>} {...open} />
        </ErrorBoundary>
      )}
    </Show>
  );
}

/** Instead of a dialog that could not be read: the server is away, or has another version of the GUI by now. */
function Unavailable() {
  const { notices, setDialog } = useApplication();
  onMount(() => {
    notices.error("This part of the page could not be loaded. Reload the page when the server is there.");
    setDialog(undefined);
  });
  return <></>;
}

interface DialogFrameProps {
  title: string;
  name: Dialog["kind"];
  onSubmit: () => void;
  children: JSX.Element;
}

/** A modal dialog around a form. The browser keeps the focus in it and closes it on Escape. */
export function DialogFrame(props: DialogFrameProps) {
  const { setDialog } = useApplication();
  let element!: HTMLDialogElement;
  showModal(
    () => element,
    () => setDialog(undefined),
  );
  return (
    <dialog ref={element} class={styles.dialog} data-dialog={props.name} aria-labelledby="dialog-title">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.onSubmit();
        }}
      >
        <h2 id="dialog-title">{props.title}</h2>
        {props.children}
      </form>
    </dialog>
  );
}

/** The last row of a dialog: a way out, and the buttons given. */
export function DialogButtons(props: { children: JSX.Element }) {
  const { setDialog } = useApplication();
  return (
    <div class={styles.buttons}>
      <button type="button" onClick={() => setDialog(undefined)}>
        Cancel
      </button>
      {props.children}
    </div>
  );
}
