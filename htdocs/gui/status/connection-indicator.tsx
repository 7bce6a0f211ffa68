import { Match, Switch } from "solid-js";
import { useApplication } from "../application";
import { createClock } from "../clock";
import styles from "./status.module.css";

/** Whether the page is live. */
export function ConnectionIndicator() {
  const { connection } = useApplication();
  return (
    <div class={styles.indicator} data-connection={connection.state().kind} role="status">
      <span class={styles.light} />
      <Switch>
        <Match when={connection.state().kind === "connected"}>Live</Match>
        <Match when={connection.state().kind === "connecting"}>Connecting…</Match>
        <Match when={connection.state().kind === "reconnecting"}>
          <Reconnecting />
        </Match>
        <Match when={connection.state().kind === "signed-out"}>Signed out</Match>
      </Switch>
    </div>
  );
}

function Reconnecting() {
  const { connection } = useApplication();
  const now = createClock();
  const seconds = () => {
    const state = connection.state();
    if (state.kind !== "reconnecting" || state.retryAt === undefined) return 0;
    return Math.max(0, Math.ceil((state.retryAt - now()) / 1000));
  };
  return <>{seconds() > 0 ? `Reconnecting in ${seconds()} s` : "Reconnecting…"}</>;
}
