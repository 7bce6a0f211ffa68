import type { Activity } from "../commands/activity";
import { Command, Part, type Phase } from "../commands/command";
import { describeFailure, remedyOf } from "../commands/failure";
import { titleOf } from "../commands/procedures";
import { targetsOf } from "../commands/targets";
import type { OnTorrents, Procedures, TorrentChanges } from "../protocol";

export { describeFailure };

/** What is asked of a torrent, or became of it. */
export interface CommandState {
  procedure: string;
  /** What is being done: "Stopping". */
  title: string;
  state: Exclude<Phase, "done" | "canceled">;
  /** Milliseconds of the epoch. */
  since: number;
  /** Why it is not done yet, or what went wrong; for people. */
  message: string | undefined;
  /** What the user can do about what went wrong. */
  remedy: string | undefined;
}

export type QueuePlace = "top" | "up" | "down" | "bottom";

/**
 * What the user has the daemons do. Commands for torrents resolve when all is answered, and never reject: rows,
 * a notice and the activity panel tell what failed. `hashes` are the keys of rows, as many as there are.
 */
export interface Commands {
  start(hashes: readonly string[]): Promise<void>;
  startNow(hashes: readonly string[]): Promise<void>;
  stop(hashes: readonly string[]): Promise<void>;
  verify(hashes: readonly string[]): Promise<void>;
  reannounce(hashes: readonly string[]): Promise<void>;
  queue(hashes: readonly string[], where: QueuePlace): Promise<void>;
  /** `title`: what is being done, as "Setting labels". */
  set(hashes: readonly string[], changes: TorrentChanges, title: string): Promise<void>;
  setLocation(hashes: readonly string[], location: string, isMoving: boolean): Promise<void>;
  /** Can be undone for some seconds. */
  remove(hashes: readonly string[], isDeletingData: boolean): Promise<void>;
  /**
   * One call that changes something, for what is not above. It waits for the connection and is sent once;
   * rejects with a CallFailure, which its caller tells. `title`: what is being done, and with what.
   */
  run<Name extends keyof Procedures>(
    procedure: Name,
    kwargs: Procedures[Name]["arguments"],
    title: string,
  ): Promise<Procedures[Name]["result"]>;
  /** Undefined while nothing is asked of the torrent, and nothing went wrong that the user has not read. */
  state(hash: string): CommandState | undefined;
}

type TorrentProcedure = {
  [Name in keyof Procedures]: Procedures[Name]["arguments"] extends OnTorrents ? Name : never;
}[keyof Procedures];

export function createCommands(
  activity: Activity,
  subjectOf: (hashes: readonly string[]) => string,
): Commands {
  const onTorrents = <Name extends TorrentProcedure>(
    procedure: Name,
    hashes: readonly string[],
    further?: Omit<Procedures[Name]["arguments"], keyof OnTorrents>,
    title = titleOf(procedure),
  ): Command => {
    const command = new Command(procedure, title, subjectOf(hashes));
    for (const target of targetsOf(hashes)) {
      command.parts.push(new Part(command, target.keys, { ...target.arguments, ...further }));
    }
    return command;
  };
  const simple = (procedure: TorrentProcedure) => (hashes: readonly string[]) =>
    activity.submit(onTorrents(procedure, hashes));

  const run: Commands["run"] = (procedure, kwargs, title) => {
    const { ids = [] } = kwargs as Partial<OnTorrents>;
    const command = new Command(procedure, title, "");
    command.parts.push(new Part(command, ids, { ...kwargs, ...targetsOf(ids)[0]?.arguments }));
    return activity.call(command) as Promise<never>;
  };

  return {
    start: simple("torrent.start"),
    startNow: simple("torrent.start_now"),
    stop: simple("torrent.stop"),
    verify: simple("torrent.verify"),
    reannounce: simple("torrent.reannounce"),
    queue: (hashes, where) => activity.submit(onTorrents(`torrent.queue_${where}`, hashes)),
    set: (hashes, changes, title) => activity.submit(onTorrents("torrent.set", hashes, changes, title)),
    setLocation: (hashes, location, isMoving) => {
      const title = isMoving ? "Moving" : "Setting the folder of";
      return activity.submit(onTorrents("torrent.set_location", hashes, { location, move: isMoving }, title));
    },
    remove: (hashes, isDeletingData) =>
      activity.submitHeld(onTorrents("torrent.remove", hashes, { "delete-local-data": isDeletingData })),
    run,
    state: (hash) => {
      const part = activity.latest(hash);
      if (!part) return undefined;
      const { phase, at, message, error } = part.outcome();
      if (phase === "done" || phase === "canceled") return undefined;
      const { procedure, title } = part.command;
      const hasEnded = phase === "failed" || phase === "unknown";
      const remedy = hasEnded ? remedyOf(error) : undefined;
      const reason = message ?? (phase === "waiting" ? activity.waitReason(part.daemon) : undefined);
      return { procedure, title, state: phase, since: at, message: reason, remedy };
    },
  };
}
