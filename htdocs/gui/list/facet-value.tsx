import { createMemo, Show } from "solid-js";
import { useApplication } from "../application";
import { formatCount } from "../format/count";
import { type FacetId, facetOf } from "./facets";
import styles from "./filter-bar.module.css";

/**
 * One value of a facet: a click or Enter chooses it alone, or none again; with ctrl, by the box or by Space it joins
 * others.
 */
export function FacetValue(props: { facet: FacetId; value: string; isTabStop: boolean }) {
  const { query, user, view } = useApplication();
  const name = () => facetOf(props.facet).nameOf(props.value, user());
  const count = createMemo(() => view().counts()[props.facet].get(props.value) ?? 0);
  // All states are no choice, and what there is without one.
  const isAll = () => props.facet === "status" && props.value === "all";
  const isChosen = createMemo(() => {
    const chosen = query.filter()[props.facet];
    return isAll() ? chosen.length === 0 : chosen.includes(props.value);
  });
  const choose = (isFurther: boolean) => {
    if (isAll()) query.clearFacet(props.facet);
    else query.choose(props.facet, props.value, isFurther);
  };
  return (
    <div class={styles.value} data-facet={props.facet} data-value={props.value} data-chosen={isChosen()}>
      <Show when={!isAll()}>
        <input
          type="checkbox"
          class={styles.box}
          tabindex="-1"
          aria-label={`${name()}, with others`}
          checked={isChosen()}
          onChange={() => choose(true)}
        />
      </Show>
      <button
        class={styles.filter}
        data-filter={props.facet === "status" ? props.value : undefined}
        data-empty={count() === 0}
        aria-pressed={isChosen()}
        tabindex={props.isTabStop ? 0 : -1}
        title={props.facet === "status" ? name() : props.value || name()}
        onClick={(event) => choose(event.ctrlKey || event.metaKey)}
        onKeyDown={(event) => {
          if (event.key !== " ") return;
          event.preventDefault();
          if (!event.repeat) choose(true);
        }}
        // Where the browser clicks as the key goes up.
        onKeyUp={(event) => event.key === " " && event.preventDefault()}
      >
        <span class={styles.name}>{name()}</span>
        <span class={styles.count}>{formatCount(count())}</span>
      </button>
    </div>
  );
}
