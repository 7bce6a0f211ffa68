import { createSignal, For } from "solid-js";
import styles from "./adding.module.css";

/** More of those that are known would be a wall of text; any can be typed. */
const mostOffered = 12;

/** The labels for new torrents: those that others have, and new ones. */
export function LabelChoice(props: {
  known: readonly string[];
  chosen: readonly string[];
  onChange: (labels: readonly string[]) => void;
}) {
  const [text, setText] = createSignal("");
  const offered = () => [...new Set([...props.chosen, ...props.known.slice(0, mostOffered)])];
  const set = (label: string, isChosen: boolean) => {
    const others = props.chosen.filter((other) => other !== label);
    props.onChange(isChosen ? [...others, label] : others);
  };
  const take = () => {
    const labels = text()
      .split(",")
      .map((label) => label.trim())
      .filter(Boolean);
    setText("");
    if (labels.length > 0) props.onChange([...new Set([...props.chosen, ...labels])]);
  };

  return (
    <fieldset class={styles.labels} data-field="labels">
      <legend>Labels</legend>
      <For each={offered()}>
        {(label) => (
          <label class={styles.chip}>
            <input
              type="checkbox"
              checked={props.chosen.includes(label)}
              onChange={(event) => set(label, event.currentTarget.checked)}
            />
            {label}
          </label>
        )}
      </For>
      <input
        name="label"
        placeholder="New label"
        aria-label="New labels, with commas between them"
        list="known-labels"
        value={text()}
        onInput={(event) => setText(event.currentTarget.value)}
        onChange={take}
        onKeyDown={(event) => {
          if ((event.key !== "Enter" && event.key !== ",") || text().trim() === "") return;
          // Instead of sending the form.
          event.preventDefault();
          take();
        }}
      />
      <datalist id="known-labels">
        <For each={props.known}>{(label) => <option value={label} />}</For>
      </datalist>
    </fieldset>
  );
}
