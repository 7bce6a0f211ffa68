import { Match, Show, Switch } from "solid-js";
import { FileTree } from "../files/file-tree";
import { formatBytes } from "../format/bytes";
import { Icon, type IconName } from "../icon";
import styles from "./adding.module.css";
import type { Entry, Outcome, Preview } from "./entry";

const icons: Record<Outcome["kind"], IconName> = {
  waiting: "add",
  adding: "clock",
  added: "check",
  present: "check",
  failed: "alert",
};

interface EntryRowProps {
  entry: Entry;
  isDuplicate: boolean;
  isOpen: boolean;
  onTurn: () => void;
  /** Undefined while it cannot be left out. */
  onLeaveOut: (() => void) | undefined;
}

/** One of the things to be added: what it is, what became of it, and a torrent file's content. */
export function EntryRow(props: EntryRowProps) {
  const { entry } = props;
  const state = () => entry.outcome().kind;
  const failure = () => {
    const outcome = entry.outcome();
    return outcome.kind === "failed" ? outcome.message : undefined;
  };
  const isDone = () => state() === "added" || state() === "present";
  const size = ({ choices, metainfo: { files } }: Preview) => {
    const length = formatBytes(choices.total().length);
    return files.length === 1 ? length : `${length}, ${choices.total().count} of ${files.length} files`;
  };

  return (
    <li class={styles.entry} data-entry={entry.title} data-outcome={state()}>
      <div class={styles.entryLine}>
        <Icon name={icons[state()]} />
        <span class={styles.entryName} title={entry.title}>
          {entry.preview()?.metainfo.name || entry.title}
        </span>
        <Show when={entry.preview()}>{(preview) => <span class={styles.quiet}>{size(preview())}</span>}</Show>
        <Show when={entry.preview() && !isDone()}>
          <button
            type="button"
            class={styles.plain}
            data-action="preview"
            aria-expanded={props.isOpen}
            aria-label={`Content of ${entry.title}`}
            onClick={() => props.onTurn()}
          >
            <Icon name="fold" />
          </button>
        </Show>
        <Show when={!isDone() && props.onLeaveOut}>
          {(leaveOut) => (
            <button
              type="button"
              class={styles.plain}
              aria-label={`Leave out ${entry.title}`}
              onClick={() => leaveOut()()}
            >
              <Icon name="close" />
            </button>
          )}
        </Show>
      </div>
      <Switch>
        <Match when={failure()}>{(message) => <p class={styles.problem}>{message()}</p>}</Match>
        <Match when={state() === "added"}>
          <p class={styles.quiet}>Added</p>
        </Match>
        <Match when={state() === "present"}>
          <p class={styles.quiet}>Was in the list before</p>
        </Match>
        <Match when={props.isDuplicate}>
          <p class={styles.warning} data-mark="duplicate">
            In the list already
          </p>
        </Match>
        <Match when={entry.problem()}>
          {(problem) => (
            <p class={styles.problem} data-mark="unreadable">
              {entry.title}: {problem()}
            </p>
          )}
        </Match>
        <Match when={entry.preview()?.choices.total().count === 0}>
          <p class={styles.problem}>No file of it is wanted.</p>
        </Match>
      </Switch>
      <Show when={props.isOpen && !isDone() && entry.preview()}>
        {(preview) => <Content {...preview()} />}
      </Show>
    </li>
  );
}

function Content(props: Preview) {
  const trackers = () => props.metainfo.trackers;
  return (
    <div class={styles.content}>
      <dl class={styles.facts}>
        <dt>Trackers</dt>
        <dd data-field="trackers" title={trackers().join("\n")}>
          {trackers().slice(0, 3).map(hostOf).join(", ") || "none"}
          <Show when={trackers().length > 3}> and {trackers().length - 3} more</Show>
          <Show when={props.metainfo.isPrivate}>, private: peers come from these alone</Show>
        </dd>
        <Show when={props.metainfo.comment}>
          <dt>Comment</dt>
          <dd data-field="comment">{props.metainfo.comment}</dd>
        </Show>
      </dl>
      <FileTree files={props.metainfo.files} choices={props.choices} />
    </div>
  );
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
