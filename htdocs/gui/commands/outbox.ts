/** A call that waits for its turn. */
export interface Waiting {
  /** Counts up: the order in which they were asked for. */
  readonly order: number;
  /** The daemon that it is for; undefined where there is one only. */
  readonly daemon: string | undefined;
  /** The rows that it is for. */
  readonly hashes: readonly string[];
  /** It may be taken back for a while, and waits for the end of that. */
  isHeld: boolean;
  /** Sends it. What the server could not even begin with comes back to its place. Never rejects. */
  send(): Promise<"ended" | "not now">;
  /** It came back, and has no place any more: a later call for one of its rows was sent. */
  overtaken(): void;
}

/**
 * Calls in the order in which they were asked for. Each is sent as soon as there is a connection and its daemon
 * is not down, and once: what was sent is never sent again, whatever becomes of the connection.
 */
export interface Outbox {
  push(call: Waiting): void;
  /** Takes back a call that was not sent; false if it was. */
  cancel(call: Waiting): boolean;
  /** Sends what can be sent now. */
  advance(): void;
}

/** More than some hundred would be refused (docs/procedures.md, "Order and time"). */
const mostUnderWay = 100;
const pauseMilliseconds = 1_000;

export function createOutbox(isReady: (daemon: string | undefined) => boolean): Outbox {
  let waiting: Waiting[] = [];
  /** Each with whether a later one for one of its rows was sent. */
  const underWay = new Map<Waiting, boolean>();
  let isPaused = false;

  const enqueue = (call: Waiting) => {
    waiting = [...waiting, call].sort((left, right) => left.order - right.order);
  };

  const cancel = (call: Waiting) => {
    const isWaiting = waiting.includes(call);
    waiting = waiting.filter((other) => other !== call);
    return isWaiting;
  };

  const send = async (call: Waiting) => {
    const hashes = new Set(call.hashes);
    for (const [other, isOvertaken] of underWay) {
      if (isOvertaken || other.order > call.order) continue;
      underWay.set(
        other,
        other.hashes.some((hash) => hashes.has(hash)),
      );
    }
    underWay.set(call, false);
    const outcome = await call.send();
    const isOvertaken = underWay.get(call);
    underWay.delete(call);
    if (outcome === "not now") {
      if (isOvertaken) call.overtaken();
      else enqueue(call);
      if (!isPaused) setTimeout(resume, pauseMilliseconds);
      isPaused = true;
    }
    advance();
  };

  const resume = () => {
    isPaused = false;
    advance();
  };

  const advance = () => {
    for (const call of waiting) {
      if (isPaused || underWay.size >= mostUnderWay) return;
      if (call.isHeld || !isReady(call.daemon)) continue;
      // What sending one brings about may have sent others.
      if (cancel(call)) void send(call);
    }
  };

  return {
    push: (call) => {
      enqueue(call);
      advance();
    },
    cancel,
    advance,
  };
}
