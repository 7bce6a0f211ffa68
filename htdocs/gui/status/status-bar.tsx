import { Show } from "solid-js";
import { useApplication } from "../application";
import { ActivityButton } from "../commands/activity-button";
import { formatSpeed } from "../format/bytes";
import { Icon } from "../icon";
import { ConnectionIndicator } from "./connection-indicator";
import { DaemonIndicator } from "./daemon-indicator";
import styles from "./status.module.css";

/** Whether the page and its daemon are alive, and totals: what is shown and selected, how fast it transfers. */
export function StatusBar() {
  const { daemons, isAged, selection, torrents, view } = useApplication();
  const shown = () => {
    const all = view().total().toLocaleString("en");
    const count = view().count().toLocaleString("en");
    return count === all ? `${all} torrents` : `${count} of ${all} torrents`;
  };
  return (
    <footer class={styles.bar}>
      <ConnectionIndicator />
      <DaemonIndicator />
      <ActivityButton />
      <Show when={torrents.isLoaded()}>
        <span data-total="torrents">{shown()}</span>
        <Show when={selection.count() > 0}>
          <span data-total="selected">{selection.count().toLocaleString("en")} selected</span>
        </Show>
        <span class={styles.totals} data-aged={isAged()}>
          <span class={styles.total} data-total="download" title="Download speed of the daemon">
            <Icon name="down" /> {formatSpeed(daemons.totals().downloadSpeed)}
          </span>
          <span class={styles.total} data-total="upload" title="Upload speed of the daemon">
            <Icon name="up" /> {formatSpeed(daemons.totals().uploadSpeed)}
          </span>
        </span>
      </Show>
    </footer>
  );
}
