import { createEffect, on } from "solid-js";
import { Command, type CommandPhase, Part } from "../commands/command";
import { asCallFailure, describeFailure, isNotNow, isOutcomeUnknown, remedyOf } from "../commands/failure";
import { createJournal, type Journal } from "../commands/journal";
import { createOutbox } from "../commands/outbox";
import { targetsOf } from "../commands/targets";
import type { Connection } from "../connection/connection";
import type { OnTorrents, Procedures, TorrentChanges } from "../protocol";
import type { Daemons } from "../store/daemons";
import type { Torrents } from "../store/torrents";
import type { Notices } from "./notices";

export { describeFailure };

/** What is asked of a torrent, or became of it. */
export interface CommandState {
  procedure: string;
  /** "Stopping". */
  title: string;
  state: Exclude<CommandPhase, "done">;
  /** Milliseconds of the epoch. */
  since: number;
  /** Why it is not done yet, or what went wrong; for people. */
  message: string | undefined;
  /** What the user can do about what went wrong. */
  remedy: string | undefined;
}

/**
 * What the user has the daemons do. Commands for torrents resolve when all is answered, and never reject: rows,
 * a notice and the journal tell what failed. `hashes` are the keys of rows, as many as there are.
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
  remove(hashes: readonly string[], isDeletingData: boolean): Promise<void>;
  /**
   * One call that changes something, for what is not above. It waits for the connection and is sent once;
   * rejects with a CallFailure, which its caller tells.
   */
  run<Name extends keyof Procedures>(
    procedure: Name,
    kwargs: Procedures[Name]["arguments"],
    title: string,
  ): Promise<Procedures[Name]["result"]>;
  /** Undefined while nothing is asked of the torrent, and nothing went wrong. */
  state(hash: string): CommandState | undefined;
  /** The user has read what became of it. */
  dismiss(hash: string): void;
  journal: Journal;
}

export type QueuePlace = "top" | "up" | "down" | "bottom";

type TorrentProcedure = {
  [Name in keyof Procedures]: Procedures[Name]["arguments"] extends OnTorrents ? Name : never;
}[keyof Procedures];

const queueTitles: Record<QueuePlace, string> = {
  top: "Moving to the top of the queue",
  up: "Moving up in the queue",
  down: "Moving down in the queue",
  bottom: "Moving to the end of the queue",
};

export function createCommands(
  connection: Pick<Connection, "call" | "state">,
  daemons: Pick<Daemons, "byName">,
  torrents: Pick<Torrents, "all">,
  notices: Notices,
): Commands {
  const journal = createJournal();
  let lastCommand = 0;
  let lastCall = 0;

  const isUp = (daemon: string | undefined) => {
    const [only] = Object.keys(daemons.byName);
    return daemons.byName[daemon ?? only ?? ""]?.state !== "down";
  };
  const outbox = createOutbox((daemon) => connection.state().kind === "connected" && isUp(daemon));
  const readiness = () => [
    connection.state().kind,
    ...Object.values(daemons.byName).map(({ state }) => state),
  ];
  createEffect(on(readiness, outbox.advance));

  /** Has a call sent in its turn; rejects with a CallFailure. */
  const dispatch = (part: Part): Promise<object> =>
    new Promise((resolve, reject) => {
      const { procedure } = part.command;
      outbox.push({
        order: ++lastCall,
        daemon: part.kwargs.daemon as string | undefined,
        send: async () => {
          part.become("pending");
          try {
            const call = connection.call as (name: string, kwargs: object) => Promise<object>;
            const result = await call(procedure, part.kwargs);
            part.become("done");
            journal.clear(part);
            resolve(result);
          } catch (error) {
            const failure = asCallFailure(error);
            const { uri, message } = failure;
            if (isNotNow(uri)) {
              part.become("waiting", { message });
              return "not now";
            }
            part.become(isOutcomeUnknown(uri) ? "unknown" : "failed", { message, error: uri });
            reject(failure);
          }
          return "ended";
        },
      });
    });

  const nameOf = (hashes: readonly string[]) => {
    if (hashes.length > 1) return `${hashes.length} torrents`;
    const torrent = torrents.all()[hashes[0]!];
    return torrent ? `“${torrent.name}”` : "1 torrent";
  };

  /** Does something with torrents, in as many calls as that takes, and tells once of what failed. */
  const runOn = async <Name extends TorrentProcedure>(
    procedure: Name,
    hashes: readonly string[],
    title: string,
    further?: Omit<Procedures[Name]["arguments"], keyof OnTorrents>,
  ) => {
    const command = new Command(++lastCommand, procedure, title);
    for (const target of targetsOf(hashes)) {
      command.parts.push(new Part(command, target.keys, { ...target.arguments, ...further }));
    }
    journal.add(command);
    const outcomes = await Promise.allSettled(command.parts.map(dispatch));
    const failed = command.parts.filter((_, index) => outcomes[index]!.status === "rejected");
    const first = outcomes.find((outcome) => outcome.status === "rejected");
    if (!first) return;
    notices.error(describeFailure(`${title} ${nameOf(failed.flatMap((part) => part.hashes))}`, first.reason));
  };

  const run: Commands["run"] = (procedure, kwargs, title) => {
    const { ids = [] } = kwargs as Partial<OnTorrents>;
    const command = new Command(++lastCommand, procedure, title);
    const part = new Part(command, ids, { ...kwargs, ...targetsOf(ids)[0]?.arguments });
    command.parts.push(part);
    journal.add(command);
    return dispatch(part) as Promise<never>;
  };

  return {
    start: (hashes) => runOn("torrent.start", hashes, "Starting"),
    startNow: (hashes) => runOn("torrent.start_now", hashes, "Starting now"),
    stop: (hashes) => runOn("torrent.stop", hashes, "Stopping"),
    verify: (hashes) => runOn("torrent.verify", hashes, "Verifying"),
    reannounce: (hashes) => runOn("torrent.reannounce", hashes, "Asking for more peers"),
    queue: (hashes, where) => runOn(`torrent.queue_${where}`, hashes, queueTitles[where]),
    set: (hashes, changes, title) => runOn("torrent.set", hashes, title, changes),
    setLocation: (hashes, location, isMoving) =>
      runOn("torrent.set_location", hashes, isMoving ? "Moving" : "Setting the location", {
        location,
        move: isMoving,
      }),
    remove: (hashes, isDeletingData) =>
      runOn("torrent.remove", hashes, "Removing", { "delete-local-data": isDeletingData }),
    run,
    state: (hash) => {
      const part = journal.latest(hash);
      if (!part) return undefined;
      const { state, since, message, error } = part.outcome();
      if (state === "done") return undefined;
      const { procedure, title } = part.command;
      const hasEnded = state === "failed" || state === "unknown";
      return { procedure, title, state, since, message, remedy: hasEnded ? remedyOf(error) : undefined };
    },
    dismiss: journal.dismiss,
    journal,
  };
}
