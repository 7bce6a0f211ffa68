import { createMemo, For, Show } from "solid-js";
import { useApplication } from "../application";
import type { Torrent } from "../protocol";
import { Cell } from "./cells";
import type { Column } from "./columns";
import styles from "./list.module.css";

export function rowId(hash: string): string {
  return `torrent-${hash}`;
}

interface RowProps {
  /** In the list. */
  index: number;
  /** Whether it follows its torrent. One that nobody sees has it as it was, until it may come into sight. */
  isLive: boolean;
  columns: readonly Column[];
  isCompact: boolean;
}

/** A row of the list, whatever torrent has it now. */
export function Row(props: RowProps) {
  const { torrents, view } = useApplication();
  const hash = createMemo(() => view().hashAt(props.index));
  const torrent = createMemo(() => {
    const shown = hash();
    if (shown === undefined) return undefined;
    return (props.isLive ? undefined : torrents.all()[shown]) ?? torrents.get(shown);
  });
  return (
    <Show when={torrent()} fallback={<PlaceholderRow {...props} />}>
      {(shown) => <TorrentRow {...props} torrent={shown()} />}
    </Show>
  );
}

/** The header, where there is one, is row 1. */
const rowNumber = ({ index, isCompact }: RowProps) => index + (isCompact ? 1 : 2);

const offset = (index: number) => ({ top: `calc(${index} * var(--row-height))` });

function TorrentRow(props: RowProps & { torrent: Torrent }) {
  const { commands, selection } = useApplication();
  const hash = () => props.torrent.hash;
  return (
    <div
      id={rowId(hash())}
      role="row"
      class={`${styles.row} ${styles.columns}`}
      style={offset(props.index)}
      aria-rowindex={rowNumber(props)}
      aria-selected={selection.has(hash())}
      data-hash={hash()}
      data-active={selection.active() === hash()}
      data-procedure={commands.state(hash())?.procedure}
      data-command={commands.state(hash())?.state}
      onClick={(event) =>
        // Without a keyboard, taps collect several.
        props.isCompact && !event.shiftKey ? selection.toggle(hash()) : void selection.click(hash(), event)
      }
    >
      <For each={props.columns}>{(column) => <Cell column={column} torrent={props.torrent} />}</For>
    </div>
  );
}

/** Keeps the place of a torrent that is not there yet. */
function PlaceholderRow(props: RowProps) {
  return (
    <div
      role="row"
      class={`${styles.row} ${styles.placeholder}`}
      style={offset(props.index)}
      aria-rowindex={rowNumber(props)}
      aria-busy="true"
    />
  );
}
