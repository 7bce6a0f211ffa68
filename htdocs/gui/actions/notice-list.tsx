import { For } from "solid-js";
import { useApplication } from "../application";
import { Icon } from "../icon";
import styles from "./notice-list.module.css";

/** The notices as toasts over the list's lower corner. */
export function NoticeList() {
  const { notices } = useApplication();
  return (
    <div class={styles.notices} role="log" aria-live="polite" aria-label="Notices">
      <For each={notices.list}>
        {(notice) => (
          <div class={styles.notice} data-notice={notice.kind}>
            <Icon name={notice.kind === "error" ? "alert" : "check"} />
            <span>{notice.text}</span>
            <button aria-label="Dismiss" onClick={() => notices.dismiss(notice.id)}>
              <Icon name="close" />
            </button>
          </div>
        )}
      </For>
    </div>
  );
}
