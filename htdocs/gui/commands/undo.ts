import type { Notices } from "../actions/notices";
import type { Command } from "./command";
import type { Dispatcher } from "./dispatcher";

/** So long what cannot be undone any more later waits for the user to think better of it. */
export const undoMilliseconds = 6_000;

/** Commands that the user may take back for a while. */
export interface Undo {
  /** Offers to take back a command that was dispatched as held, and releases it after a while. */
  offer(command: Command): void;
  /** Offers it no more. */
  withdraw(command: Command): void;
  /** Takes back the last one; false if there is none. */
  last(): boolean;
  /** Ends the waiting of all: the page is left. */
  releaseAll(): void;
}

export function createUndo(dispatcher: Pick<Dispatcher, "cancel" | "release">, notices: Notices): Undo {
  /** How each offer ends, the last one last. */
  const offers = new Map<Command, () => void>();
  const withdraw = (command: Command) => {
    offers.get(command)?.();
    offers.delete(command);
  };
  const undo = (command: Command) => {
    withdraw(command);
    command.parts.forEach(dispatcher.cancel);
  };
  const release = (command: Command) => {
    withdraw(command);
    command.parts.forEach(dispatcher.release);
  };
  return {
    offer: (command) => {
      const timer = setTimeout(() => release(command), undoMilliseconds);
      const notice = notices.offer(`${command.title} ${command.subject}`, {
        title: "Undo",
        run: () => undo(command),
      });
      offers.set(command, () => {
        clearTimeout(timer);
        notices.dismiss(notice);
      });
    },
    withdraw,
    last: () => {
      const last = [...offers.keys()].at(-1);
      if (last) undo(last);
      return last !== undefined;
    },
    releaseAll: () => [...offers.keys()].forEach(release),
  };
}
