import { createMemo, createResource, type JSX, Match, Switch, untrack } from "solid-js";
import { describeFailure } from "../actions/commands";
import { type Dialog, DialogButtons, DialogFrame } from "../actions/dialog";
import styles from "../actions/dialog.module.css";
import { useApplication } from "../application";
import { readTorrents } from "../store/read-torrents";

/** What is in such a dialog, once it is known how the torrents are. */
export interface Form {
  body: JSX.Element;
  canSave: () => boolean;
  save: () => void;
}

interface EditDialogProps<Fields> {
  name: Dialog["kind"];
  title: string;
  hashes: readonly string[];
  fields: readonly (keyof Fields & string)[];
  form: (torrents: ReadonlyMap<string, Fields>) => Form;
}

/** A dialog that changes what many torrents have, and first reads what that is. */
export function EditDialog<Fields extends object>(props: EditDialogProps<Fields>) {
  const { connection, setDialog } = useApplication();
  const [torrents] = createResource(() => readTorrents<Fields>(connection, props.hashes, props.fields));
  const form = createMemo(() => {
    const read = torrents.error === undefined ? torrents() : undefined;
    // Once: what the daemons tell meanwhile must not undo what the user fills in.
    return read?.size ? untrack(() => props.form(read)) : undefined;
  });
  const count = () =>
    props.hashes.length === 1 ? "" : ` of ${props.hashes.length.toLocaleString("en")} torrents`;

  return (
    <DialogFrame
      name={props.name}
      title={`${props.title}${count()}`}
      onSubmit={() => {
        form()?.save();
        setDialog(undefined);
      }}
    >
      <Switch fallback={<p role="status">Reading how the torrents are…</p>}>
        <Match when={torrents.error as unknown}>
          {(error) => (
            <p class={styles.problem} role="alert">
              {describeFailure("Reading how the torrents are", error())}
            </p>
          )}
        </Match>
        <Match when={torrents()?.size === 0}>
          <p role="status">These torrents are gone.</p>
        </Match>
        <Match when={form()}>{(read) => read().body}</Match>
      </Switch>
      <DialogButtons>
        <button type="submit" data-kind="primary" data-action="confirm" disabled={!form()?.canSave()}>
          Save
        </button>
      </DialogButtons>
    </DialogFrame>
  );
}
