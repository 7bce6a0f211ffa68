import type { Notices } from "../actions/notices";
import type { Command } from "./command";
import type { Dispatcher } from "./dispatcher";

/** So long what cannot be undone any more later waits for the user to think better of it. */
export const undoMilliseconds = 6_000;

/** Commands that the user may take back for a while. */
export interface Undo {
  /** Offers to take back a command that was dispatched as held, and releases it after a while. */
  offer(command: Command): void;
  /** Takes back the last one; false if there is none. */
  last(): boolean;
  /** Ends the waiting of all: the page is left. */
  releaseAll(): void;
}

export function createUndo(dispatcher: Pick<Dispatcher, "cancel" | "release">, notices: Notices): Undo {
  const held: { undo: () => void; release: () => void }[] = [];
  return {
    offer: (command) => {
      const end = (act: (part: Command["parts"][number]) => void) => {
        clearTimeout(timer);
        held.splice(held.indexOf(offered), 1);
        notices.dismiss(notice);
        command.parts.forEach(act);
      };
      const offered = { undo: () => end(dispatcher.cancel), release: () => end(dispatcher.release) };
      const timer = setTimeout(offered.release, undoMilliseconds);
      const notice = notices.offer(`${command.title} ${command.subject}`, {
        title: "Undo",
        run: offered.undo,
      });
      held.push(offered);
    },
    last: () => {
      const last = held.at(-1);
      last?.undo();
      return last !== undefined;
    },
    releaseAll: () => [...held].forEach(({ release }) => release()),
  };
}
