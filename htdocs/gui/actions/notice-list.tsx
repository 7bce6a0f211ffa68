import { For, Show } from "solid-js";
import { useApplication } from "../application";
import { Icon, type IconName } from "../icon";
import { listen } from "../listen";
import styles from "./notice-list.module.css";
import type { Notice } from "./notices";

const icons: Record<Notice["kind"], IconName> = { done: "check", error: "alert", offer: "clock" };

/** The notices as toasts over the list's lower corner. */
export function NoticeList() {
  const { activity, notices } = useApplication();
  listen("keydown", (event) => {
    if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
    // There it is the browser's own undo.
    if (event.target instanceof Element && event.target.matches("input, textarea, select")) return;
    if (activity.undo()) event.preventDefault();
  });

  return (
    <div class={styles.notices} role="log" aria-live="polite" aria-label="Notices">
      <For each={notices.list}>
        {(notice) => (
          <div class={styles.notice} data-notice={notice.kind}>
            <Icon name={icons[notice.kind]} />
            <span>{notice.text}</span>
            <Show when={notice.action}>
              {(action) => (
                <button
                  class={styles.action}
                  data-notice-action
                  onClick={() => {
                    notices.dismiss(notice.id);
                    action().run();
                  }}
                >
                  {action().title}
                </button>
              )}
            </Show>
            <button class={styles.close} aria-label="Dismiss" onClick={() => notices.dismiss(notice.id)}>
              <Icon name="close" />
            </button>
          </div>
        )}
      </For>
    </div>
  );
}
