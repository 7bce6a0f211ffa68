import type { JSX } from "solid-js";
import styles from "./form.module.css";

interface FormRowProps {
  label: string;
  /** The id of the control that the label is of. */
  for: string;
  /** A word about it, below. */
  hint?: JSX.Element;
  children: JSX.Element;
}

/** A line of a form: what it is called, and what is chosen. */
export function FormRow(props: FormRowProps) {
  return (
    <div class={styles.row}>
      <label for={props.for}>{props.label}</label>
      <div class={styles.control}>{props.children}</div>
      <p class={styles.hint}>{props.hint}</p>
    </div>
  );
}
