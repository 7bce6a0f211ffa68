import { type Component, type JSX, Show } from "solid-js";
import { CommandBadge } from "../commands/command-badge";
import { formatBytes, formatSpeed } from "../format/bytes";
import { formatDate } from "../format/date";
import { formatEta } from "../format/duration";
import { formatPercent, formatRatio } from "../format/ratio";
import { Icon, type IconName } from "../icon";
import type { Torrent } from "../protocol";
import { type Activity, activityOf, activityTitles, problemOf, progressOf } from "../store/activity";
import styles from "./cells.module.css";
import type { ColumnId } from "./columns";

type Cell = Component<{ torrent: Torrent }>;

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

const Name: Cell = (props) => (
  <span class={styles.name}>
    <span data-field="name" title={props.torrent.name}>
      {props.torrent.name}
    </span>
    <Show when={problemOf(props.torrent)}>
      {(problem) => (
        <span data-field="problem" title={problem()}>
          {problem()}
        </span>
      )}
    </Show>
  </span>
);

const Status: Cell = (props) => {
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

const Progress: Cell = (props) => {
  const fraction = () => progressOf(props.torrent);
  return (
    <span
      class={styles.progress}
      role="progressbar"
      aria-label="Progress"
      aria-valuenow={Math.floor(fraction() * 100)}
      data-field="progress"
      data-value={fraction()}
      data-activity={activityOf(props.torrent)}
    >
      <span class={styles.track}>
        <span class={styles.bar} style={{ transform: `scaleX(${fraction()})` }} />
      </span>
      <span class={styles.percent}>{formatPercent(fraction())}</span>
    </span>
  );
};

/** A rate. Most torrents of a long list do not move, so a zero is drawn as a faint dash. */
function rateCell(column: ColumnId, field: "rateDownload" | "rateUpload", icon: IconName): Cell {
  return (props) => (
    <span class={styles.rate} data-field={column} data-quiet={props.torrent[field] === 0}>
      <Icon name={icon} />
      {props.torrent[field] === 0 ? "–" : formatSpeed(props.torrent[field])}
    </span>
  );
}

function textCell(column: ColumnId, read: (torrent: Torrent) => JSX.Element): Cell {
  return (props) => <span data-field={column}>{read(props.torrent)}</span>;
}

const Eta: Cell = (props) => (
  <span class={styles.eta} data-field="eta" data-quiet={props.torrent.eta < 0}>
    {formatEta(props.torrent.eta)}
  </span>
);

const Peers: Cell = (props) => {
  const busy = () => props.torrent.peersSendingToUs + props.torrent.peersGettingFromUs;
  return (
    <span
      data-field="peers"
      title={`${props.torrent.peersConnected} connected, ${props.torrent.peersSendingToUs} sending to us, ${props.torrent.peersGettingFromUs} getting from us`}
    >
      {busy()} / {props.torrent.peersConnected}
    </span>
  );
};

/** What each column shows of a torrent. */
export const cells: Record<ColumnId, Cell> = {
  name: Name,
  status: Status,
  progress: Progress,
  size: textCell("size", (torrent) => formatBytes(torrent.sizeWhenDone)),
  download: rateCell("download", "rateDownload", "down"),
  upload: rateCell("upload", "rateUpload", "up"),
  eta: Eta,
  ratio: textCell("ratio", (torrent) => formatRatio(torrent.uploadRatio)),
  peers: Peers,
  seeds: textCell("seeds", (torrent) => torrent.peersSendingToUs),
  labels: textCell("labels", (torrent) => torrent.labels.join(", ")),
  tracker: textCell("tracker", (torrent) => torrent.trackers.filter(Boolean).join(", ")),
  folder: textCell("folder", (torrent) => torrent.downloadDir),
  daemon: textCell("daemon", (torrent) => torrent.daemon),
  left: textCell("left", (torrent) => formatBytes(torrent.leftUntilDone)),
  downloaded: textCell("downloaded", (torrent) => formatBytes(torrent.downloadedEver)),
  uploaded: textCell("uploaded", (torrent) => formatBytes(torrent.uploadedEver)),
  added: textCell("added", (torrent) => formatDate(torrent.addedDate)),
  done: textCell("done", (torrent) => formatDate(torrent.doneDate)),
  activity: textCell("activity", (torrent) => formatDate(torrent.activityDate)),
  queue: textCell("queue", (torrent) => torrent.queuePosition + 1),
};
