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
  /** The connection was lost before its answer: the topic will tell, if the server knows. */
  lost(part: Part): void;
  apply(event: CommandsEvent): void;
}

interface Followed {
  since: number;
  part: Part;
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
  let unnamed: { part: Part; signature: string }[] = [];
  /** Those of which the topic alone tells. */
  const told = new WeakSet<Part>();

  const take = (signature: string): Part | undefined => {
    unnamed = unnamed.filter(({ part }) => {
      const { phase, at } = part.outcome();
      return told.has(part) || phase === "pending" || Date.now() - at < delayMilliseconds;
    });
    const index = unnamed.findIndex((candidate) => candidate.signature === signature);
    return index < 0 ? undefined : unnamed.splice(index, 1)[0]!.part;
  };

  const addForeign = ({ procedure, daemon, ids, count, since, ...rest }: ToldCommand): Part => {
    const hashes = ids.map((id) => keyOf(daemon, id, isOneOfSeveral()));
    const subject = count > 0 ? subjectOf(hashes, count) : "";
    const command = new Command(procedure, titleOf(procedure), subject, since * 1000);
    const isKnown = isPlain(procedure) && ids.length === count;
    const kwargs = isKnown ? (isOneOfSeveral() ? { ids, daemon } : { ids }) : undefined;
    const part = new Part(command, hashes, kwargs, count);
    part.become(rest.state, rest);
    command.parts.push(part);
    told.add(part);
    journal.add(command);
    return part;
  };

  const follow = (id: string, command: ToldCommand) => {
    const part =
      followed.get(id)?.part ?? take(signatureOf(command.procedure, command.ids)) ?? addForeign(command);
    followed.set(id, { since: command.since, part });
    if (!told.has(part)) return;
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
      const ids = (part.kwargs?.ids ?? []) as string[];
      unnamed.push({ part, signature: signatureOf(part.command.procedure, ids) });
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

function signatureOf(procedure: string, ids: readonly string[]): string {
  return `${procedure} ${ids.join().toLowerCase()}`;
}
