import { batch, untrack } from "solid-js";
import type { CommandsEvent, ToldCommand } from "../protocol";
import { Command, Part } from "./command";
import type { Journal } from "./journal";
import { isPlain, titleOf } from "./procedures";
import { keyOf } from "./targets";

/**
 * Follows the topic `torrents.commands`: what the user's other pages ask for, what this one asked for before a
 * reload, and what became of calls whose answer was lost with the connection. A call of this page that is
 * answered tells all by itself: what the topic says of it is known.
 */
export interface Follower {
  /** This page sends the call. */
  sent(part: Part): void;
  /** The server says which of the topic's commands the call is. */
  named(part: Part, id: string, since: number): void;
  /** The connection was lost before its answer: the topic will tell, if the server knows. */
  lost(part: Part): void;
  apply(event: CommandsEvent): void;
}

interface Followed {
  since: number;
  part: Part;
  /** It is this very call, and no other one that looks alike: what is told of it may be taken for its outcome. */
  isSure: boolean;
}

interface Unnamed {
  part: Part;
  ids: readonly string[];
}

/** So long the topic may be behind a call's own answer. */
const delayMilliseconds = 10_000;

export function createFollower(
  journal: Journal,
  isOneOfSeveral: () => boolean,
  subjectOf: (hashes: readonly string[], count: number) => string,
): Follower {
  /** By the topic's ids, which begin anew when the server does. */
  const followed = new Map<string, Followed>();
  /** Calls of this page that the topic did not name yet, in the order in which they were sent. */
  let unnamed: Unnamed[] = [];
  /** Those of which the topic alone tells. */
  const told = new WeakSet<Part>();
  /** Those that other pages made. */
  const foreign = new WeakSet<Part>();

  const expect = (part: Part) => {
    unnamed.push({ part, ids: (part.kwargs?.ids ?? []) as string[] });
  };

  /** The call of this page that a command seems to be: alike ones are told in the order in which they were sent. */
  const take = (command: ToldCommand): Followed | undefined => {
    unnamed = unnamed.filter(({ part }) => {
      const { phase, at } = part.outcome();
      return told.has(part) || phase === "pending" || Date.now() - at < delayMilliseconds;
    });
    const alike = unnamed.filter((candidate) => isAlike(candidate, command));
    const [first] = alike;
    if (!first) return undefined;
    unnamed = unnamed.filter((candidate) => candidate !== first);
    return { since: command.since, part: first.part, isSure: alike.length === 1 && command.ids.length > 0 };
  };

  const addForeign = ({ procedure, daemon, ids, count, since, ...rest }: ToldCommand): Part => {
    const hashes = ids.map((id) => keyOf(daemon, id, isOneOfSeveral()));
    const subject = count > 0 ? subjectOf(hashes, count) : "";
    const command = new Command(procedure, titleOf(procedure), subject, since * 1000);
    const isKnown = isPlain(procedure) && ids.length === count;
    const kwargs = isKnown ? (isOneOfSeveral() ? { ids, daemon } : { ids }) : undefined;
    const part = new Part(command, hashes, kwargs, count, daemon);
    part.become(rest.state, rest);
    command.parts.push(part);
    told.add(part);
    foreign.add(part);
    journal.add(command);
    return part;
  };

  const follow = (id: string, command: ToldCommand) => {
    const { since } = command;
    const known = followed.get(id) ?? take(command) ?? { part: addForeign(command), isSure: true };
    const { part, isSure } = known;
    followed.set(id, { ...known, since });
    if (!told.has(part) || !isSure) return;
    part.become(command.state, command);
    if (command.state === "done") journal.clear(part);
  };

  /** Of what a snapshot has not, nothing more will be told. */
  const keepOnly = (commands: Readonly<Record<string, ToldCommand>>) => {
    for (const [id, { since, part }] of followed) {
      if (commands[id]?.since === since) continue;
      followed.delete(id);
      if (told.has(part) && part.outcome().phase === "pending") {
        part.become("unknown", { message: "The server was restarted meanwhile." });
      }
    }
  };

  return {
    sent: (part) => {
      told.delete(part);
      foreign.delete(part);
      expect(part);
    },
    named: (part, id, since) => {
      const before = followed.get(id);
      if (before?.part === part) {
        before.isSure = true;
        return;
      }
      unnamed = unnamed.filter((other) => other.part !== part);
      for (const [other, { part: taken }] of followed) if (taken === part) followed.delete(other);
      followed.set(id, { since, part, isSure: true });
      if (!before) return;
      // It was taken for another page's, or for another one of this page.
      if (foreign.has(before.part)) journal.remove(before.part.command);
      else expect(before.part);
    },
    lost: (part) => void told.add(part),
    apply: ({ snapshot, commands, removed }) =>
      untrack(() =>
        batch(() => {
          if (snapshot) keepOnly(commands);
          for (const [id, command] of Object.entries(commands)) follow(id, command);
          for (const id of removed) followed.delete(id);
          if (snapshot) unnamed = unnamed.filter(({ part }) => !told.has(part));
        }),
      ),
  };
}

/** The server names no more torrents than it has room for, and counts the others. */
function isAlike({ part, ids }: Unnamed, { procedure, ids: named, count }: ToldCommand): boolean {
  return (
    part.command.procedure === procedure &&
    ids.length === count &&
    named.every((id, index) => id.toLowerCase() === ids[index]!.toLowerCase())
  );
}
