import { useApplication } from "../application";
import { Icon } from "../icon";
import styles from "./filter-bar.module.css";

export function SearchBox() {
  const { query } = useApplication();
  return (
    <label class={styles.search}>
      <Icon name="search" />
      <input
        type="search"
        // The server takes a thousand bytes.
        maxlength="250"
        placeholder="Search"
        aria-label="Search torrents by name"
        value={query.search()}
        onInput={(event) => query.setSearch(event.currentTarget.value)}
      />
    </label>
  );
}
