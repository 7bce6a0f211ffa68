import { type Component, createMemo, Show } from "solid-js";
import { useApplication } from "../application";
import { CommandBadge } from "../commands/command-badge";
import { formatBytes, formatSpeed } from "../format/bytes";
import { formatDate } from "../format/date";
import { formatEta } from "../format/duration";
import { formatPercent, formatRatio } from "../format/ratio";
import { Icon, type IconName } from "../icon";
import type { Torrent } from "../protocol";
import { type Activity, activityOf, activityTitles, problemOf, progressOf } from "../store/activity";
import styles from "./cells.module.css";
import type { Column, ColumnId } from "./columns";
import { facetOf } from "./facets";

/** What is in a cell, where that is more than a text. */
type Content = Component<{ torrent: Torrent }>;

const activityIcons: Record<Activity, IconName> = {
  stopped: "stop",
  finished: "check",
  "verify-queued": "clock",
  verifying: "verify",
  "download-queued": "clock",
  metadata: "search",
  downloading: "down",
  stalled: "down",
  "seed-queued": "clock",
  seeding: "up",
  unknown: "question",
};

const Name: Content = (props) => (
  <span class={styles.name}>
    <span data-field="name" title={props.torrent.name} textContent={props.torrent.name} />
    <Show when={problemOf(props.torrent)}>
      {(problem) => (
        <span data-field="problem" title={problem()}>
          {problem()}
        </span>
      )}
    </Show>
  </span>
);

const Status: Content = (props) => {
  const hasProblem = () => problemOf(props.torrent) !== "";
  return (
    <span
      class={styles.status}
      data-field="status"
      data-activity={activityOf(props.torrent)}
      data-problem={hasProblem()}
    >
      <Icon name={hasProblem() ? "alert" : activityIcons[activityOf(props.torrent)]} />
      <CommandBadge hash={props.torrent.hash}>{activityTitles[activityOf(props.torrent)]}</CommandBadge>
    </span>
  );
};

const Progress: Content = (props) => {
  /** What is shown: a bar is less than a thousand pixels wide, so less is nothing to see. */
  const thousandths = createMemo(() => Math.floor(progressOf(props.torrent) * 1000 + 1e-6));
  return (
    <span
      class={styles.progress}
      role="progressbar"
      aria-label="Progress"
      aria-valuenow={Math.floor(thousandths() / 10)}
      data-field="progress"
      data-value={thousandths() / 1000}
      data-activity={activityOf(props.torrent)}
    >
      <span class={styles.bar} style={{ "background-size": `${thousandths() / 10}% 100%` }} />
      <span class={styles.percent} textContent={formatPercent(thousandths() / 1000)} />
    </span>
  );
};

/** Nothing where nobody knows. */
const Owner: Content = (props) => {
  const { user } = useApplication();
  const name = () => props.torrent.owner && facetOf("owners").nameOf(props.torrent.owner, user());
  return <span data-field="owner">{name()}</span>;
};

const contents: Partial<Record<ColumnId, Content>> = {
  name: Name,
  status: Status,
  progress: Progress,
  owner: Owner,
};

interface Text {
  read: (torrent: Torrent) => string | number;
  /** Whether it says little. */
  isQuiet?: (torrent: Torrent) => boolean;
  title?: (torrent: Torrent) => string;
}

/** A rate. Most torrents of a long list do not move, so a zero is drawn as a faint dash. */
function rate(field: "rateDownload" | "rateUpload"): Text {
  return {
    read: (torrent) => (torrent[field] === 0 ? "–" : formatSpeed(torrent[field])),
    isQuiet: (torrent) => torrent[field] === 0,
  };
}

const texts: Record<Exclude<ColumnId, "name" | "status" | "progress" | "owner">, Text> = {
  size: { read: (torrent) => formatBytes(torrent.sizeWhenDone) },
  download: rate("rateDownload"),
  upload: rate("rateUpload"),
  eta: { read: (torrent) => formatEta(torrent.eta), isQuiet: (torrent) => torrent.eta < 0 },
  ratio: { read: (torrent) => formatRatio(torrent.uploadRatio) },
  peers: {
    read: (torrent) => `${torrent.peersSendingToUs + torrent.peersGettingFromUs} / ${torrent.peersConnected}`,
    title: (torrent) =>
      `${torrent.peersConnected} connected, ${torrent.peersSendingToUs} sending to us, ${torrent.peersGettingFromUs} getting from us`,
  },
  seeds: { read: (torrent) => torrent.peersSendingToUs },
  labels: { read: (torrent) => torrent.labels.join(", ") },
  tracker: { read: (torrent) => torrent.trackers.filter(Boolean).join(", ") },
  folder: { read: (torrent) => torrent.downloadDir },
  daemon: { read: (torrent) => torrent.daemon },
  left: { read: (torrent) => formatBytes(torrent.leftUntilDone) },
  downloaded: { read: (torrent) => formatBytes(torrent.downloadedEver) },
  uploaded: { read: (torrent) => formatBytes(torrent.uploadedEver) },
  added: { read: (torrent) => formatDate(torrent.addedDate) },
  done: { read: (torrent) => formatDate(torrent.doneDate) },
  activity: { read: (torrent) => formatDate(torrent.activityDate) },
  queue: { read: (torrent) => torrent.queuePosition + 1 },
};

/** What a column shows of a torrent. Most are one element with a text: there are hundreds on a page. */
export function Cell(props: { column: Column; torrent: Torrent }) {
  const { id, isNumeric } = props.column;
  const Content = contents[id];
  if (Content) {
    return (
      <div role="gridcell" class={styles.cell} data-column={id}>
        <Content torrent={props.torrent} />
      </div>
    );
  }
  const { read, isQuiet, title } = texts[id as keyof typeof texts];
  return (
    <div
      role="gridcell"
      class={styles.cell}
      data-column={id}
      data-field={id}
      data-numeric={isNumeric}
      data-quiet={isQuiet?.(props.torrent)}
      title={title?.(props.torrent)}
      // Not a child: one effect is for it and the attributes, of hundreds of cells.
      textContent={read(props.torrent)}
    />
  );
}
