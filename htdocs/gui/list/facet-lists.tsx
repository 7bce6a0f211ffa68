import { createMemo, createSignal, For, Show } from "solid-js";
import { useApplication } from "../application";
import { formatCount } from "../format/count";
import { FacetValues } from "./facet-values";
import { type Facet, facets } from "./facets";
import styles from "./filter-bar.module.css";

/** So many values of a facet are shown at first. */
const shortList = 8;

const { compare } = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** The facets besides the state, each with those of its values that torrents have, and a way out of all filters. */
export function FacetLists() {
  const { query } = useApplication();
  return (
    <>
      <Show when={query.filterCount() > 0}>
        <button class={styles.clear} data-action="clear-filters" onClick={() => query.clearFilter()}>
          Clear filters
        </button>
      </Show>
      <For each={facets.filter(({ id }) => id !== "status")}>{(facet) => <FacetList facet={facet} />}</For>
    </>
  );
}

function FacetList(props: { facet: Facet }) {
  const { query, view } = useApplication();
  const [isLong, setLong] = createSignal(false);
  const chosen = () => query.filter()[props.facet.id];
  const values = createMemo(
    () => {
      const counts = view().counts()[props.facet.id];
      const known = [...counts.keys()].filter((value) => counts.get(value)! > 0);
      return [...new Set([...known, ...chosen()])].sort(compare);
    },
    undefined,
    { equals: isSameList },
  );
  const shown = () =>
    isLong() ? values() : values().filter((value, index) => index < shortList || chosen().includes(value));
  // Where there is one daemon, all torrents are its.
  const isOffered = () => values().length > (props.facet.id === "daemons" ? 1 : 0) && values().some(Boolean);
  return (
    <Show when={isOffered() || chosen().length > 0}>
      <section class={styles.facet} data-facet-list={props.facet.id} aria-label={props.facet.title}>
        <h2>{props.facet.title}</h2>
        <FacetValues facet={props.facet.id} values={shown()} />
        <Show when={values().length > shortList}>
          <button class={styles.all} aria-expanded={isLong()} onClick={() => setLong(!isLong())}>
            {isLong() ? "Show fewer" : `Show all ${formatCount(values().length)}`}
          </button>
        </Show>
      </section>
    </Show>
  );
}

function isSameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}
