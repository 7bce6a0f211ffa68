import { createEffect } from "solid-js";
import styles from "./form.module.css";

interface MixedCheckboxProps {
  name: string;
  label: string;
  /** Undefined: for some it is so, for others not. */
  value: boolean | undefined;
  onChange: (value: boolean) => void;
}

/** A checkbox that shows where torrents differ, until it is used. */
export function MixedCheckbox(props: MixedCheckboxProps) {
  let input!: HTMLInputElement;
  createEffect(() => (input.indeterminate = props.value === undefined));
  return (
    <label class={styles.choice}>
      <input
        ref={input}
        type="checkbox"
        name={props.name}
        checked={props.value ?? false}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      {props.label}
    </label>
  );
}
