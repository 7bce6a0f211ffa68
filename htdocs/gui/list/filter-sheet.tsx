import { For, onMount } from "solid-js";
import { useApplication } from "../application";
import { formatCount } from "../format/count";
import { FacetLists } from "./facet-lists";
import { FacetValue } from "./facet-value";
import styles from "./filter-bar.module.css";
import sheet from "./filter-sheet.module.css";
import { statusTitles } from "./statuses";

/** All filters, over the list of a narrow page. */
export default function FilterSheet(props: { close: () => void }) {
  const { view } = useApplication();
  let element!: HTMLDialogElement;
  onMount(() => element.showModal());
  return (
    <dialog
      ref={element}
      class={sheet.sheet}
      data-dialog="filters"
      aria-label="Filters"
      onClose={() => props.close()}
      // What is beside the sheet is the dialog itself.
      onClick={(event) => event.target === element && element.close()}
    >
      <div class={sheet.content}>
        <section class={styles.facet} aria-label="State">
          <h2>State</h2>
          <For each={[...statusTitles.keys()]}>
            {(status) => <FacetValue facet="status" value={status} />}
          </For>
        </section>
        <FacetLists />
        <button class={sheet.done} data-kind="primary" data-action="close" onClick={() => element.close()}>
          Show {formatCount(view().count())} torrents
        </button>
      </div>
    </dialog>
  );
}
