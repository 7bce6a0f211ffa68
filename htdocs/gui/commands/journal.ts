import { type Accessor, batch, createSignal } from "solid-js";
import { createStore } from "solid-js/store";
import type { Command, Part } from "./command";

/** What was asked for, by whom of the user's pages ever, and what became of it. */
export interface Journal {
  /** The last ones, the newest first. */
  list: Accessor<readonly Command[]>;
  add(command: Command): void;
  /** The call that the row shows: the last one for it that is not done, nor read by the user. */
  latest(hash: string): Part | undefined;
  /** A call was done: its rows need not show it any more. */
  clear(part: Part): void;
  /** The user has read what the row says. */
  dismiss(hash: string): void;
}

const mostCommands = 100;

export function createJournal(): Journal {
  const [list, setList] = createSignal<readonly Command[]>([]);
  // Solid's stores leave objects of classes as they are: what a row follows is the call's outcome.
  const [latest, setLatest] = createStore<Record<string, Part | undefined>>({});
  return {
    list,
    add: (command) =>
      batch(() => {
        setList((before) => [command, ...before].slice(0, mostCommands));
        for (const part of command.parts) {
          setLatest(Object.fromEntries(part.hashes.map((hash) => [hash, part])));
        }
      }),
    latest: (hash) => latest[hash],
    clear: (part) => {
      const shown = part.hashes.filter((hash) => latest[hash] === part);
      setLatest(Object.fromEntries(shown.map((hash) => [hash, undefined])));
    },
    dismiss: (hash) => setLatest(hash, undefined),
  };
}
