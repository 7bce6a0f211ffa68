import { createSignal, For } from "solid-js";
import { handleRovingKey } from "../roving";
import { FacetValue } from "./facet-value";
import { type FacetId, facetOf } from "./facets";
import styles from "./filter-bar.module.css";

/** Values of a facet. Tab stops at one of them, the one that had the focus last; arrow keys go on from there. */
export function FacetValues(props: { facet: FacetId; values: readonly string[] }) {
  const [last, setLast] = createSignal("");
  const tabStop = () => (props.values.includes(last()) ? last() : props.values[0]);
  let element!: HTMLDivElement;
  return (
    <div
      ref={element}
      class={styles.values}
      role="group"
      aria-label={facetOf(props.facet).title}
      onKeyDown={(event) => handleRovingKey(event, [...element.querySelectorAll<HTMLElement>("button")])}
      onFocusIn={(event) => {
        const { value } = event.target.closest<HTMLElement>("[data-value]")?.dataset ?? {};
        if (value !== undefined) setLast(value);
      }}
    >
      <For each={props.values}>
        {(value) => <FacetValue facet={props.facet} value={value} isTabStop={value === tabStop()} />}
      </For>
    </div>
  );
}
