import { type Accessor, createEffect, createSignal, on } from "solid-js";
import type { Command, Part } from "./command";
import type { Journal } from "./journal";
import type { Unsent } from "./unsent";

/** What is older would surprise the user: a browser brings back pages of long ago. */
export const mostAge = 10 * 60_000;

interface Surroundings {
  unsent: Unsent;
  user: Accessor<string | undefined>;
  journal: Pick<Journal, "list" | "add">;
  submit: (command: Command) => void;
  /** Forgets a command, and what was not sent of it. */
  drop: (command: Command) => void;
  cancel: (part: Part) => void;
  /** Ends the waiting of what can be undone. */
  releaseAll: () => void;
}

/**
 * Keeps what could not be sent when the page goes for the user's next one in this tab. A hidden page may be ended
 * without a word, so that a copy is there for as long as it is hidden, which follows what is sent meanwhile.
 */
export function keepUnsent(surroundings: Surroundings): void {
  const { unsent, user, journal, submit, drop, cancel, releaseAll } = surroundings;
  const [presence, setPresence] = createSignal<"visible" | "hidden" | "left">("visible");
  const present = () => setPresence(document.visibilityState === "hidden" ? "hidden" : "visible");
  const waiting = () => {
    const parts = journal.list().flatMap((command) => command.parts);
    return parts.filter((part) => part.outcome().phase === "waiting").reverse();
  };

  const restore = (name: string | undefined) => {
    if (name === undefined) return;
    for (const command of unsent.take(name)) {
      if (Date.now() - command.since < mostAge) submit(command);
      else {
        command.parts.forEach((part) => part.become("failed", { message: "It was not sent." }));
        journal.add(command);
      }
    }
  };
  createEffect(
    on(user, (name, former) => {
      // Another user has logged in: what was asked for before is not his.
      if (former !== undefined) [...journal.list()].forEach(drop);
      restore(name);
    }),
  );
  createEffect<boolean>((hadCopy) => {
    const name = user();
    const hasCopy = presence() === "hidden" && name !== undefined;
    if (hasCopy) unsent.save(name, waiting());
    else if (hadCopy && name !== undefined && presence() === "visible") unsent.save(name, []);
    return hasCopy;
  }, false);

  globalThis.document?.addEventListener("visibilitychange", () => {
    if (presence() !== "left") present();
  });
  globalThis.window?.addEventListener("pagehide", () => {
    releaseAll();
    setPresence("left");
    const name = user();
    if (name === undefined) return;
    const parts = waiting();
    unsent.save(name, parts);
    parts.forEach(cancel);
  });
  globalThis.window?.addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    restore(user());
    present();
  });
}
