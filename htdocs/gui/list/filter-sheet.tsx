import { useApplication } from "../application";
import { formatCount } from "../format/count";
import { showModal } from "../modal";
import { FacetLists } from "./facet-lists";
import { FacetValues } from "./facet-values";
import styles from "./filter-bar.module.css";
import sheet from "./filter-sheet.module.css";
import { statusTitles } from "./statuses";

/** All filters, over the list of a narrow page. */
export default function FilterSheet(props: { close: () => void }) {
  const { view } = useApplication();
  let element!: HTMLDialogElement;
  showModal(
    () => element,
    () => props.close(),
  );
  return (
    <dialog
      ref={element}
      class={sheet.sheet}
      data-dialog="filters"
      aria-label="Filters"
      // What is beside the sheet is the dialog itself.
      onClick={(event) => event.target === element && element.close()}
    >
      <div class={sheet.content}>
        <section class={styles.facet} aria-label="State">
          <h2>State</h2>
          <FacetValues facet="status" values={[...statusTitles.keys()]} />
        </section>
        <FacetLists />
        <button class={sheet.done} data-kind="primary" data-action="close" onClick={() => element.close()}>
          Show {formatCount(view().count())} torrents
        </button>
      </div>
    </dialog>
  );
}
