import { useApplication } from "../application";
import { Icon } from "../icon";
import styles from "./filter-bar.module.css";

const hint =
  "Words of the name, or the beginning of a hash.\n" +
  "label:films  tracker:example.org  folder:/srv  status:seeding  daemon:home\n" +
  'What has spaces stands in quotes: label:"to see". Without any: label:""\n' +
  "In a long list a term stands for the 1,000 commonest values that it fits.";

export function SearchBox(props: { isCompact: boolean }) {
  const { query } = useApplication();
  const handleKey = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "Enter") {
      document.querySelector<HTMLElement>('#torrent-ws [role="grid"]')?.focus();
    } else if (event.key === "Escape" && query.search() !== "") {
      query.setSearch("");
    } else return;
    event.preventDefault();
  };
  return (
    <label class={styles.search}>
      <Icon name="search" />
      <input
        type="search"
        // The server takes a thousand bytes.
        maxlength="250"
        placeholder={props.isCompact ? "Search" : "Search, label:…"}
        aria-label="Search torrents"
        title={hint}
        value={query.search()}
        onInput={(event) => query.setSearch(event.currentTarget.value)}
        onKeyDown={handleKey}
      />
    </label>
  );
}
