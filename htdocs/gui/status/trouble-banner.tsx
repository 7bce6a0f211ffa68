import { For, Match, Show, Switch } from "solid-js";
import { useApplication } from "../application";
import { createClock } from "../clock";
import { formatDuration, formatSince } from "../format/duration";
import type { DaemonState } from "../protocol";
import styles from "./status.module.css";

/** Says why the list may be old, how old it is, and what can be done. */
export function TroubleBanner() {
  const { connection, daemons } = useApplication();
  return (
    <div class={styles.banners} aria-live="polite">
      <Switch
        fallback={
          <For each={daemons.troubled()}>
            {(name) => <DaemonTrouble name={name} daemon={daemons.byName[name]!} />}
          </For>
        }
      >
        <Match when={connection.state().kind === "reconnecting"}>
          <ConnectionTrouble />
        </Match>
        <Match when={connection.state().kind === "signed-out"}>
          <p class={styles.banner} data-severity="error">
            <span>The site no longer knows you: its session is over.</span>
            <a href={connection.loginAddress()}>Log in again</a>
            <button onClick={() => connection.retryNow()}>Try again</button>
          </p>
        </Match>
      </Switch>
    </div>
  );
}

function ConnectionTrouble() {
  const { connection } = useApplication();
  const now = createClock();
  const reason = () => {
    const state = connection.state();
    return state.kind === "reconnecting" ? state.reason : "";
  };
  return (
    <p class={styles.banner} data-severity="warning">
      <span>
        {reason()}. The list is as it was {formatDuration((now() - connection.heardAt()) / 1000)} ago.
      </span>
      <button onClick={() => connection.retryNow()}>Reconnect now</button>
    </p>
  );
}

function DaemonTrouble(props: { name: string; daemon: DaemonState }) {
  const now = createClock();
  return (
    <p class={styles.banner} data-severity={props.daemon.state === "down" ? "error" : "warning"}>
      <span>
        The daemon “{props.name}” is {props.daemon.state} since{" "}
        {formatSince(props.daemon.since, new Date(now()))}
        <Show when={props.daemon.updated}>
          {(updated) => <>, last update {formatDuration(now() / 1000 - updated())} ago</>}
        </Show>
        <Show when={props.daemon.reason}>{(reason) => <>: {reason()}</>}</Show>
      </span>
    </p>
  );
}
