import { createStore } from "solid-js/store";
import type { Connection } from "../connection/connection";
import { CallFailure } from "../connection/session";
import type { Torrents } from "../store/torrents";
import type { Notices } from "./notices";

export type PendingCommand = "start" | "stop" | "remove";

/** What is to be added: a magnet link or http(s) URL, or a .torrent file. */
export type AddSource = { link: string } | { file: File };

export interface Commands {
  start(hashes: readonly string[]): Promise<void>;
  stop(hashes: readonly string[]): Promise<void>;
  remove(hashes: readonly string[], isDeletingData: boolean): Promise<void>;
  /** Returns what went wrong, for people; undefined if the daemon has the torrent now. */
  add(source: AddSource, isPaused: boolean): Promise<string | undefined>;
  /** What was asked of a torrent and is not answered yet. */
  pending(hash: string): PendingCommand | undefined;
}

const outcomeUnknown = new Set([
  "torrent_ws.error.outcome_unknown",
  "wamp.error.timeout",
  CallFailure.connectionLost,
]);

/** Says what failed, in the server's words, and what that means. */
export function describeFailure(action: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const uri = error instanceof CallFailure ? error.uri : undefined;
  if (uri !== undefined && outcomeUnknown.has(uri)) {
    return `${action}: it is not known whether this was done; the list will show it. ${message}`;
  }
  if (uri === "wamp.error.not_authorized") return `${action}: you may not do this. ${message}`;
  return `${action} failed. ${message}`;
}

export function createCommands(
  connection: Pick<Connection, "call">,
  torrents: Pick<Torrents, "all">,
  notices: Notices,
): Commands {
  const [pending, setPending] = createStore<Record<string, PendingCommand | undefined>>({});

  const nameOf = (hashes: readonly string[]) => {
    if (hashes.length > 1) return `${hashes.length} torrents`;
    const torrent = torrents.all()[hashes[0]!];
    return torrent ? `“${torrent.name}”` : "1 torrent";
  };

  /** Marks the torrents until the call is answered, and tells of a failure. */
  const runOn = async (
    hashes: readonly string[],
    command: PendingCommand,
    action: string,
    call: (ids: string[]) => Promise<object>,
  ) => {
    const setMarks = (mark?: PendingCommand) =>
      setPending(Object.fromEntries(hashes.map((hash) => [hash, mark])));
    setMarks(command);
    try {
      await call([...hashes]);
    } catch (error) {
      notices.error(describeFailure(`${action} ${nameOf(hashes)}`, error));
    } finally {
      setMarks(undefined);
    }
  };

  return {
    start: (hashes) => runOn(hashes, "start", "Starting", (ids) => connection.call("torrent.start", { ids })),
    stop: (hashes) => runOn(hashes, "stop", "Stopping", (ids) => connection.call("torrent.stop", { ids })),
    remove: (hashes, isDeletingData) =>
      runOn(hashes, "remove", "Removing", (ids) =>
        connection.call("torrent.remove", { ids, "delete-local-data": isDeletingData }),
      ),
    add: async (source, isPaused) => {
      const title = "link" in source ? source.link : source.file.name;
      try {
        const what =
          "link" in source ? { filename: source.link } : { metainfo: await readBase64(source.file) };
        const result = await connection.call("torrent.add", { ...what, paused: isPaused });
        const duplicate = result["torrent-duplicate"];
        if (duplicate) notices.done(`“${duplicate.name}” was in the list before`);
        else notices.done(`Added “${result["torrent-added"]?.name ?? title}”`);
        return undefined;
      } catch (error) {
        return describeFailure(`Adding ${title}`, error);
      }
    },
    pending: (hash) => pending[hash],
  };
}

/** A file's bytes in base64. */
function readBase64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve((reader.result as string).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error!);
    reader.readAsDataURL(file);
  });
}
