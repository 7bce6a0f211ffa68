import { type Accessor, createEffect, createSignal, on } from "solid-js";
import type { Notices } from "../actions/notices";
import type { Connection } from "../connection/connection";
import type { CommandsEvent } from "../protocol";
import type { Daemons } from "../store/daemons";
import { Command, type Part } from "./command";
import { createDispatcher } from "./dispatcher";
import { asCallFailure, describeFailure, isToldElsewhere } from "./failure";
import { createFollower } from "./follower";
import { createJournal, type Journal } from "./journal";
import { isRepeatable } from "./procedures";
import { createUndo, type Undo } from "./undo";
import { saveUnsent, takeUnsent } from "./unsent";

/** All that is asked of the daemons, and what becomes of it. */
export interface Activity extends Pick<Journal, "list" | "latest" | "dismiss"> {
  /** Makes the calls of a new command. Resolves when all are answered, and tells of those that fail. */
  submit(command: Command): Promise<void>;
  /** The same for what can be undone for a while, and is sent then. */
  submitHeld(command: Command): Promise<void>;
  /** Makes a command's only call; rejects with a CallFailure, which the caller tells. */
  call(command: Command): Promise<object>;
  /** Whether there is anything that `repeat` would do. */
  canRepeat(command: Command): boolean;
  /** Does again what was not done, or may not have been where that does no harm. */
  repeat(command: Command): Promise<void>;
  /** Takes back what was not sent. */
  cancel(command: Command): void;
  /** The user has read what became of it. */
  forget(command: Command): void;
  /** Takes back the last command that can be undone; false if there is none. */
  undo: Undo["last"];
  /** An event of the topic `torrents.commands`. */
  apply(event: CommandsEvent): void;
  /** Why calls wait that say nothing of it themselves; for people. */
  waitReason(): string;
  /** Whether the user looks at it. */
  isShown: Accessor<boolean>;
  setShown(isShown: boolean): void;
}

interface Surroundings {
  connection: Pick<Connection, "call" | "state" | "user">;
  daemons: Pick<Daemons, "byName">;
  notices: Notices;
  /** The torrents of a command in words. */
  subjectOf: (hashes: readonly string[], count?: number) => string;
}

export function createActivity({ connection, daemons, notices, subjectOf }: Surroundings): Activity {
  const [isShown, setShown] = createSignal(false);
  const journal = createJournal();
  const follower = createFollower(journal, () => Object.keys(daemons.byName).length > 1, subjectOf);

  const isUp = (daemon: string | undefined) => {
    const [only] = Object.keys(daemons.byName);
    return daemons.byName[daemon ?? only ?? ""]?.state !== "down";
  };
  const isReady = (daemon: string | undefined) => connection.state().kind === "connected" && isUp(daemon);
  const dispatcher = createDispatcher(connection, isReady, journal, follower);
  const undo = createUndo(dispatcher, notices);
  const readiness = () => [
    connection.state().kind,
    ...Object.values(daemons.byName).map(({ state }) => state),
  ];
  createEffect(on(readiness, dispatcher.advance));

  const dispatch = async (command: Command, parts: readonly Part[], isHeld = false) => {
    const outcomes = await Promise.allSettled(parts.map((part) => dispatcher.dispatch(part, isHeld)));
    const failed = parts.flatMap((part, index) => {
      const outcome = outcomes[index]!;
      if (outcome.status === "fulfilled") return [];
      const failure = asCallFailure(outcome.reason);
      return isToldElsewhere(failure.uri) ? [] : [{ part, failure }];
    });
    const [first] = failed;
    if (!first) return;
    const hashes = failed.flatMap(({ part }) => part.hashes);
    const what = hashes.length > 0 ? `${command.title} ${subjectOf(hashes)}` : command.title;
    notices.error(describeFailure(what, first.failure), { title: "Details", run: () => setShown(true) });
  };

  const submit = (command: Command) => {
    journal.add(command);
    return dispatch(command, command.parts);
  };

  const repeatable = ({ procedure, parts }: Command) =>
    parts.filter(({ kwargs, outcome }) => {
      const { phase } = outcome();
      return kwargs && (phase === "failed" || (phase === "unknown" && isRepeatable(procedure, kwargs)));
    });

  const cancel = (command: Command) => command.parts.forEach(dispatcher.cancel);

  // A page that goes keeps what it could not send for the user's next one in this tab; each call is in one place.
  const restore = (user: string | undefined) => {
    if (user !== undefined) takeUnsent(user).forEach((command) => void submit(command));
  };
  const leave = () => {
    undo.releaseAll();
    const user = connection.user();
    if (user === undefined) return;
    const parts = journal.list().flatMap((command) => command.parts);
    saveUnsent(
      user,
      parts.filter((part) => part.outcome().phase === "waiting" && dispatcher.cancel(part)).reverse(),
    );
  };
  createEffect(on(connection.user, restore));
  globalThis.window?.addEventListener("pagehide", leave);
  globalThis.window?.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) restore(connection.user());
  });

  return {
    list: journal.list,
    latest: journal.latest,
    dismiss: journal.dismiss,
    submit,
    submitHeld: (command) => {
      journal.add(command);
      const answered = dispatch(command, command.parts, true);
      undo.offer(command);
      return answered;
    },
    call: (command) => {
      journal.add(command);
      return dispatcher.dispatch(command.parts[0]!);
    },
    canRepeat: (command) => repeatable(command).length > 0,
    repeat: (command) => dispatch(command, repeatable(command)),
    cancel,
    forget: journal.remove,
    undo: undo.last,
    apply: follower.apply,
    waitReason: () => {
      if (connection.state().kind !== "connected") return "Waits for the connection.";
      const isDown = Object.values(daemons.byName).some(({ state }) => state === "down");
      return isDown ? "Waits until the daemon is up." : "Waits for its turn.";
    },
    isShown,
    setShown,
  };
}
