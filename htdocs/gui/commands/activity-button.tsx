import { createEffect, lazy, Show, Suspense } from "solid-js";
import { useApplication } from "../application";
import { Icon } from "../icon";
import styles from "./activity.module.css";
import { progressOf } from "./texts";

const ActivityPanel = lazy(() => import("./activity-panel"));

/** How many commands are under way and how many went wrong; opens the panel that says more. */
export function ActivityButton() {
  const { activity, connection } = useApplication();
  let button!: HTMLButtonElement;

  const running = () => activity.list().filter((command) => command.isRunning);
  const troubled = () => activity.list().filter(({ phase }) => phase === "failed" || phase === "unknown");
  const text = () => {
    const [first, ...others] = running();
    const parts = [
      first && (others.length > 0 ? `${others.length + 1} running` : progressOf(first)),
      troubled().length > 0 && `${troubled().length} not done`,
    ];
    return parts.filter(Boolean).join(", ");
  };
  // While there is a connection, as the panel is wanted most when there is none.
  createEffect(() => {
    if (connection.state().kind === "connected") void ActivityPanel.preload().catch(() => undefined);
  });

  return (
    <>
      <button
        ref={button}
        class={styles.button}
        data-action="activity"
        data-running={running().length}
        data-troubled={troubled().length}
        aria-label={text() === "" ? "Activity" : `Activity: ${text()}`}
        aria-haspopup="dialog"
        aria-expanded={activity.isShown()}
        onClick={() => activity.setShown(!activity.isShown())}
      >
        <Icon name={troubled().length > 0 ? "alert" : "clock"} />
        <span class={styles.summary}>{text() === "" ? "Activity" : text()}</span>
      </button>
      <Show when={activity.isShown()}>
        <Suspense>
          <ActivityPanel
            onClose={() => {
              activity.setShown(false);
              button.focus();
            }}
          />
        </Suspense>
      </Show>
    </>
  );
}
