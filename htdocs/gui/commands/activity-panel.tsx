import { For, onMount, Show } from "solid-js";
import { useApplication } from "../application";
import { createClock } from "../clock";
import { formatSince } from "../format/duration";
import { Icon, type IconName } from "../icon";
import styles from "./activity.module.css";
import type { Command, Phase } from "./command";
import { remedyOf } from "./failure";
import { type Alike, alikeOf, phaseTexts, progressOf } from "./texts";

const icons: Record<Phase, IconName> = {
  waiting: "clock",
  pending: "clock",
  done: "check",
  failed: "alert",
  unknown: "question",
  canceled: "close",
};

/** The last commands: how far they are, what became of them, and what can be done about that. */
export default function ActivityPanel(props: { onClose: () => void }) {
  const { activity } = useApplication();
  const over = () => activity.list().filter((command) => !command.isRunning);
  const now = createClock();
  let panel!: HTMLDivElement;
  onMount(() => panel.focus());
  return (
    <div
      ref={panel}
      class={styles.panel}
      role="dialog"
      aria-label="Activity"
      tabIndex={-1}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape") props.onClose();
      }}
    >
      <header class={styles.heading}>
        <h2>Activity</h2>
        <button
          data-action="forget-all"
          disabled={over().length === 0}
          onClick={() => over().forEach(activity.forget)}
        >
          Clear
        </button>
        <button aria-label="Close" onClick={() => props.onClose()}>
          <Icon name="close" />
        </button>
      </header>
      <Show
        when={activity.list().length > 0}
        fallback={<p class={styles.nothing}>Nothing was asked for yet.</p>}
      >
        <ul class={styles.commands}>
          <For each={activity.list()}>{(command) => <Entry command={command} now={now()} />}</For>
        </ul>
      </Show>
    </div>
  );
}

/** `now`: milliseconds of the epoch. */
function Entry(props: { command: Command; now: number }) {
  const { activity } = useApplication();
  const ended = () => props.command.total - props.command.count("waiting", "pending");
  const worthTelling = () =>
    alikeOf(props.command.parts).filter(
      ({ phase, message }) => message || (phase !== "done" && phase !== "pending"),
    );
  return (
    <li class={styles.command} data-entry={props.command.phase} data-procedure={props.command.procedure}>
      <Icon name={icons[props.command.phase]} />
      <div class={styles.body}>
        <div class={styles.title}>
          <strong>{progressOf(props.command)}</strong>
          <span>
            {phaseTexts[props.command.phase]}, {formatSince(props.command.since / 1000, new Date(props.now))}
          </span>
        </div>
        <Show when={props.command.isRunning && props.command.parts.length > 1}>
          <progress max={props.command.total} value={ended()} aria-label="Torrents that are through" />
        </Show>
        <For each={worthTelling()}>
          {(alike) => <Told alike={alike} isPart={props.command.parts.length > 1} now={props.now} />}
        </For>
        <div class={styles.actions}>
          <Show when={activity.canRepeat(props.command)}>
            <button data-action="repeat" onClick={() => void activity.repeat(props.command)}>
              Do it again
            </button>
          </Show>
          <Show when={props.command.count("waiting") > 0}>
            <button data-action="cancel" onClick={() => activity.cancel(props.command)}>
              Cancel
            </button>
          </Show>
          <Show when={!props.command.isRunning}>
            <button data-action="forget" onClick={() => activity.forget(props.command)}>
              Dismiss
            </button>
          </Show>
        </div>
      </div>
    </li>
  );
}

const mostNames = 5;

/** What became of some of a command's torrents, why, and what can be done. */
function Told(props: { alike: Alike; isPart: boolean; now: number }) {
  const { activity, daemons, torrents } = useApplication();
  const isTrouble = () => props.alike.phase === "failed" || props.alike.phase === "unknown";
  const message = () =>
    props.alike.message ??
    (props.alike.phase === "waiting" ? activity.waitReason(props.alike.daemon) : undefined);
  const stalled = () => {
    const name = props.alike.phase === "pending" ? activity.stalledDaemon(props.alike.daemon) : undefined;
    if (name === undefined) return undefined;
    const since = formatSince(daemons.byName[name]!.since, new Date(props.now));
    return `The daemon “${name}” does not answer since ${since}.`;
  };
  const names = () => {
    const known = props.alike.hashes.flatMap((hash) => torrents.get(hash)?.name ?? []).slice(0, mostNames);
    const further = props.alike.count - known.length;
    return [...known, ...(further > 0 ? [`${further.toLocaleString("en")} more`] : [])].join(", ");
  };
  return (
    <div class={styles.told} data-told={props.alike.phase}>
      <Show when={message()}>{(text) => <p>{text()}</p>}</Show>
      <Show when={stalled()}>{(text) => <p>{text()}</p>}</Show>
      <Show when={isTrouble()}>
        <p class={styles.remedy}>{remedyOf(props.alike.error)}</p>
      </Show>
      <Show when={isTrouble() && props.isPart}>
        <p class={styles.names}>{names()}</p>
      </Show>
    </div>
  );
}
