import { Show } from "solid-js";
import { useApplication } from "../application";
import type { DaemonStateName } from "../protocol";
import styles from "./status.module.css";

const titles: Record<DaemonStateName, string> = {
  up: "Daemon up",
  busy: "Daemon busy",
  down: "Daemon down",
};

/** The state of the daemon, or of the worst one where there are several; nobody knows it while offline. */
export function DaemonIndicator() {
  const { connection, daemons } = useApplication();
  return (
    <Show when={connection.state().kind === "connected" && daemons.worst()}>
      {(state) => (
        <div class={styles.indicator} data-daemon-state={state()} role="status">
          <span class={styles.light} />
          <span class={styles.label}>{titles[state()]}</span>
        </div>
      )}
    </Show>
  );
}
