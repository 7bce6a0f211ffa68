import type { Connection } from "../connection/connection";
import { CallFailure } from "../connection/session";
import type { Part } from "./command";
import { asCallFailure, isNotNow, isOutcomeUnknown } from "./failure";
import type { Follower } from "./follower";
import type { Journal } from "./journal";
import { createOutbox, type Waiting } from "./outbox";

/** Has calls made, each in its turn and once. */
export interface Dispatcher {
  /** Rejects with a CallFailure. `isHeld`: it waits until it is released. */
  dispatch(part: Part, isHeld?: boolean): Promise<object>;
  release(part: Part): void;
  /** Takes back what was not sent; false if it was. */
  cancel(part: Part): boolean;
  /** Sends what can be sent now. */
  advance(): void;
}

const overtaken = "It was not done, and a later command for the same torrents was sent meanwhile.";

interface Posted extends Waiting {
  reject: (failure: CallFailure) => void;
}

export function createDispatcher(
  connection: Pick<Connection, "call">,
  isReady: (daemon: string | undefined) => boolean,
  journal: Pick<Journal, "show" | "clear">,
  follower: Pick<Follower, "sent" | "named" | "lost">,
): Dispatcher {
  const outbox = createOutbox(isReady);
  const posted = new WeakMap<Part, Posted>();
  let lastOrder = 0;

  const call = connection.call as (
    procedure: string,
    kwargs: object,
    told: (progress: { reason?: string; command?: string; since?: number }) => void,
  ) => Promise<object>;

  const send = async (
    part: Part,
    resolve: (result: object) => void,
    reject: (failure: CallFailure) => void,
  ) => {
    part.become("pending");
    try {
      const answer = call(part.command.procedure, part.kwargs!, ({ reason, command, since }) => {
        part.become("pending", { message: reason });
        if (command !== undefined) follower.named(part, command, since ?? 0);
      });
      follower.sent(part);
      const result = await answer;
      part.become("done");
      journal.clear(part);
      posted.delete(part);
      resolve(result);
      return "ended";
    } catch (error) {
      const failure = asCallFailure(error);
      const { uri, message } = failure;
      if (isNotNow(uri)) {
        part.become("waiting", { message });
        return "not now";
      }
      part.become(isOutcomeUnknown(uri) ? "unknown" : "failed", { message, error: uri });
      if (uri === CallFailure.connectionLost) follower.lost(part);
      posted.delete(part);
      reject(failure);
      return "ended";
    }
  };

  return {
    dispatch: (part, isHeld = false) =>
      new Promise((resolve, reject) => {
        part.become("waiting", { message: isHeld ? "It can be undone for some seconds." : undefined });
        journal.show(part);
        const waiting: Posted = {
          order: ++lastOrder,
          daemon: part.daemon,
          hashes: part.hashes,
          isHeld,
          send: () => send(part, resolve, reject),
          overtaken: () => {
            posted.delete(part);
            part.become("failed", { message: overtaken });
            reject(new CallFailure("", overtaken));
          },
          reject,
        };
        posted.set(part, waiting);
        outbox.push(waiting);
      }),
    release: (part) => {
      const waiting = posted.get(part);
      if (!waiting) return;
      waiting.isHeld = false;
      part.become("waiting");
      outbox.advance();
    },
    cancel: (part) => {
      const waiting = posted.get(part);
      if (!waiting || !outbox.cancel(waiting)) return false;
      posted.delete(part);
      part.become("canceled");
      journal.clear(part);
      waiting.reject(new CallFailure(CallFailure.canceled, "It was canceled before it was sent"));
      return true;
    },
    advance: outbox.advance,
  };
}
