import { For } from "solid-js";
import { DialogFrame } from "../actions/dialog";
import dialog from "../actions/dialog.module.css";
import { useApplication } from "../application";
import { Icon } from "../icon";
import { type Column, columns } from "./columns";
import styles from "./columns-dialog.module.css";

/** Which columns there are, in which order and how wide. The list shows each choice at once. */
export default function ColumnsDialog() {
  const { setDialog, shownColumns } = useApplication();
  const hidden = () => columns.filter(({ id }) => !shownColumns.has(id));
  return (
    <DialogFrame name="columns" title="Columns" onSubmit={() => setDialog(undefined)}>
      <ul class={styles.columns} aria-label="Shown, in their order">
        <For each={shownColumns.all()}>{(column) => <ShownColumn column={column} />}</For>
      </ul>
      <ul class={styles.columns} aria-label="Not shown">
        <For each={hidden()}>
          {(column) => (
            <li class={styles.column}>
              <Choice column={column} />
            </li>
          )}
        </For>
      </ul>
      <div class={dialog.buttons}>
        <button type="button" data-action="reset" onClick={() => shownColumns.reset()}>
          Reset
        </button>
        <button type="submit" data-kind="primary" data-action="confirm">
          Done
        </button>
      </div>
    </DialogFrame>
  );
}

function Choice(props: { column: Column }) {
  const { shownColumns } = useApplication();
  /** The column goes to the other list, and the focus with it. */
  const toggle = ({ form, name }: HTMLInputElement) => {
    shownColumns.toggle(props.column.id);
    (form!.elements.namedItem(name) as HTMLElement).focus();
  };
  return (
    <label class={dialog.choice}>
      <input
        type="checkbox"
        name={props.column.id}
        checked={shownColumns.has(props.column.id)}
        disabled={shownColumns.has(props.column.id) && shownColumns.all().length === 1}
        onChange={(event) => toggle(event.currentTarget)}
      />
      {props.column.title}
    </label>
  );
}

function ShownColumn(props: { column: Column }) {
  const { shownColumns } = useApplication();
  const place = () => shownColumns.all().indexOf(props.column);
  const resize = (width: number) => {
    if (!(width > 0)) return;
    shownColumns.resize(props.column.id, width);
    shownColumns.keepWidth();
  };
  /** The button keeps the focus, wherever its column went. */
  const move = (event: { currentTarget: HTMLElement }, by: number) => {
    shownColumns.move(props.column.id, place() + by);
    event.currentTarget.focus();
  };
  return (
    <li class={styles.column} data-shown-column={props.column.id}>
      <Choice column={props.column} />
      <input
        type="number"
        class={styles.width}
        min="40"
        max="2000"
        aria-label={`Width of ${props.column.title}, in pixels`}
        value={shownColumns.widthOf(props.column)}
        onChange={(event) => resize(event.currentTarget.valueAsNumber)}
      />
      <button
        type="button"
        class={styles.move}
        data-move="up"
        aria-label={`${props.column.title} further ahead`}
        aria-disabled={place() === 0}
        onClick={(event) => place() > 0 && move(event, -1)}
      >
        <Icon name="up" />
      </button>
      <button
        type="button"
        class={styles.move}
        data-move="down"
        aria-label={`${props.column.title} further behind`}
        aria-disabled={place() === shownColumns.all().length - 1}
        onClick={(event) => move(event, 1)}
      >
        <Icon name="down" />
      </button>
    </li>
  );
}
