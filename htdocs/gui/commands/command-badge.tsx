import { type JSX, Match, Switch } from "solid-js";
import type { CommandState } from "../actions/commands";
import { useApplication } from "../application";
import { Icon } from "../icon";
import styles from "./command-badge.module.css";

const texts: Record<CommandState["state"], (title: string) => string> = {
  waiting: (title) => `Waits: ${title.toLowerCase()}`,
  pending: (title) => `${title}…`,
  failed: (title) => `Failed: ${title.toLowerCase()}`,
  unknown: (title) => `Unknown: ${title.toLowerCase()}`,
};

/** What is asked of a torrent, or became of that; the children where there is nothing to say. */
export function CommandBadge(props: { hash: string; children: JSX.Element }) {
  const { activity, commands } = useApplication();
  const state = () => commands.state(props.hash);
  const text = () => texts[state()!.state](state()!.title);
  const details = () => {
    const { message, remedy } = state()!;
    return [text(), message, remedy].filter(Boolean).join("\n");
  };
  return (
    <Switch fallback={props.children}>
      <Match when={state()?.state === "failed" || state()?.state === "unknown"}>
        <button
          class={styles.badge}
          data-command-badge={state()!.state}
          title={details()}
          // By keyboard the same is in the activity panel; a row is one stop.
          tabIndex={-1}
          onClick={(event) => {
            event.stopPropagation();
            activity.setShown(true);
          }}
        >
          <Icon name={state()!.state === "failed" ? "alert" : "question"} />
          <span>{text()}</span>
        </button>
      </Match>
      <Match when={state()}>
        <span data-command-badge={state()!.state} title={details()}>
          {text()}
        </span>
      </Match>
    </Switch>
  );
}
