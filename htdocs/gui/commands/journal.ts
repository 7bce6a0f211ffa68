import { type Accessor, batch, createSignal, untrack } from "solid-js";
import { createStore } from "solid-js/store";
import type { Command, Part } from "./command";

/** What was asked for, in this page and the user's other ones, and what became of it. */
export interface Journal {
  /** The newest first. */
  list: Accessor<readonly Command[]>;
  add(command: Command): void;
  /** The user has read what became of it. */
  remove(command: Command): void;
  /** The call that a row shows: the last one for it that was not done, and not read by the user. */
  latest(hash: string): Part | undefined;
  /** The call's rows show it, unless it is done. */
  show(part: Part): void;
  /** The call's rows need not show it any more. */
  clear(part: Part): void;
}

const mostCommands = 100;

export function createJournal(): Journal {
  const [list, setList] = createSignal<readonly Command[]>([]);
  // Solid's stores leave objects of classes as they are: what a row follows is its call's outcome.
  const [latest, setLatest] = createStore<Record<string, Part | undefined>>({});

  const show = (part: Part) => {
    if (part.outcome().phase !== "done") {
      return setLatest(Object.fromEntries(part.hashes.map((hash) => [hash, part])));
    }
    // What went wrong before is mended by it, or over.
    const isOver = (hash: string) => {
      const phase = latest[hash]?.outcome().phase;
      return phase === "failed" || phase === "unknown";
    };
    setLatest(Object.fromEntries(part.hashes.filter(isOver).map((hash) => [hash, undefined])));
  };
  const clear = (part: Part) => {
    const shown = part.hashes.filter((hash) => latest[hash] === part);
    setLatest(Object.fromEntries(shown.map((hash) => [hash, undefined])));
  };

  return {
    list,
    add: (command) =>
      batch(() => {
        const longer = [command, ...untrack(list)];
        const forgotten = oldestOver(longer);
        setList(longer.filter((other) => other !== forgotten));
        // Nothing would be left to dismiss it by.
        forgotten?.parts.forEach(clear);
        command.parts.forEach(show);
      }),
    remove: (command) =>
      batch(() => {
        setList((before) => before.filter((other) => other !== command));
        command.parts.forEach(clear);
      }),
    latest: (hash) => latest[hash],
    show,
    clear,
  };
}

/** Of too many, the oldest of those that are over. */
function oldestOver(commands: readonly Command[]): Command | undefined {
  return commands.length > mostCommands ? commands.findLast((command) => !command.isRunning) : undefined;
}
