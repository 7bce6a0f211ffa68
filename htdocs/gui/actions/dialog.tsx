import { type JSX, onMount, Show } from "solid-js";
import { useApplication } from "../application";
import AddDialog from "../adding/add-dialog";
import ChooseDialog from "../adding/choose-dialog";
import type { AddOptions } from "../adding/options";
import type { AddSource } from "../adding/sources";
import styles from "./dialog.module.css";
import { RemoveDialog } from "./remove-dialog";

/** The dialog that is open, with what it is about. */
export type Dialog =
  | { kind: "add"; sources?: readonly AddSource[] }
  | { kind: "choose-files"; links: readonly string[]; options: AddOptions }
  | { kind: "remove"; hashes: readonly string[] };

export function Dialogs() {
  const { dialog } = useApplication();
  return (
    <Show when={dialog()} keyed>
      {(open) => {
        if (open.kind === "add") return <AddDialog sources={open.sources} />;
        if (open.kind === "choose-files") return <ChooseDialog links={open.links} options={open.options} />;
        return <RemoveDialog hashes={open.hashes} />;
      }}
    </Show>
  );
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
  onMount(() => element.showModal());
  return (
    <dialog
      ref={element}
      class={styles.dialog}
      data-dialog={props.name}
      aria-labelledby="dialog-title"
      onClose={() => setDialog(undefined)}
    >
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
