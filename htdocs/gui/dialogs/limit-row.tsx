import { For, Show } from "solid-js";
import { FormRow } from "./form-row";
import styles from "./form.module.css";

/** The mode in which a limit's own number counts. */
export const ownLimit = 1;

export interface Mode {
  value: number;
  title: () => string;
}

interface LimitRowProps {
  name: string;
  label: string;
  unit: string;
  modes: readonly Mode[];
  /** Undefined: the torrents differ. So for the number. */
  mode: number | undefined;
  number: number | undefined;
  most: number;
  step?: number;
  onMode: (mode: number) => void;
  onNumber: (number: number | undefined) => void;
}

/** Whether there is a limit, and what it is. No limit is never a number. */
export function LimitRow(props: LimitRowProps) {
  return (
    <FormRow label={props.label} for={props.name}>
      <select
        id={props.name}
        name={props.name}
        value={props.mode ?? ""}
        onChange={(event) => props.onMode(Number(event.currentTarget.value))}
      >
        <Show when={props.mode === undefined}>
          <option value="">They differ: leave them</option>
        </Show>
        <For each={props.modes}>{({ value, title }) => <option value={value}>{title()}</option>}</For>
      </select>
      <Show when={props.mode === ownLimit}>
        <NumberInput
          {...props}
          name={`${props.name}-number`}
          label={`${props.label}, ${props.unit}`}
          required
        />
        <span class={styles.unit}>{props.unit}</span>
      </Show>
    </FormRow>
  );
}

interface NumberInputProps {
  name: string;
  label?: string;
  number: number | undefined;
  most: number;
  least?: number;
  step?: number;
  required?: boolean;
  onNumber: (number: number | undefined) => void;
}

export function NumberInput(props: NumberInputProps) {
  return (
    <input
      id={props.name}
      type="number"
      name={props.name}
      aria-label={props.label}
      min={props.least ?? 0}
      max={props.most}
      step={props.step ?? 1}
      required={props.required}
      placeholder={props.number === undefined ? "differ" : undefined}
      value={props.number ?? ""}
      onInput={({ currentTarget: { value, valueAsNumber } }) =>
        props.onNumber(value === "" ? undefined : valueAsNumber)
      }
    />
  );
}
