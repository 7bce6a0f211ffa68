import { useApplication } from "../application";
import { Icon } from "../icon";
import styles from "./filter-bar.module.css";

export function SearchBox() {
  const { view } = useApplication();
  return (
    <label class={styles.search}>
      <Icon name="search" />
      <input
        type="search"
        placeholder="Search"
        aria-label="Search torrents by name"
        value={view.search()}
        onInput={(event) => view.setSearch(event.currentTarget.value)}
      />
    </label>
  );
}
