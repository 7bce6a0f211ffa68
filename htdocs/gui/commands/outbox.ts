/** A call that waits for its turn. */
export interface Waiting {
  /** Counts up: the order in which they were asked for. */
  order: number;
  /** The daemon that it is for; undefined where there is one only. */
  daemon: string | undefined;
  /** Sends it, and says whether it was taken; what was not is given back to its place. Never rejects. */
  send(): Promise<"ended" | "not now">;
}

/**
 * Calls in the order in which they were asked for. Each is sent as soon as there is a connection and its daemon
 * is not down, and once: what was sent is never sent again, whatever becomes of the connection. What the
 * server gave back because it could not even begin with it is sent when that may have changed.
 */
export interface Outbox {
  push(call: Waiting): void;
  /** Takes back a call that was not sent; false if it was. */
  cancel(call: Waiting): boolean;
  /** Sends what can be sent now. */
  advance(): void;
}

/** More than that would be refused (docs/procedures.md, "Order and time"). */
const mostUnderWay = 100;
const pauseMilliseconds = 1_000;

export function createOutbox(isReady: (daemon: string | undefined) => boolean): Outbox {
  let waiting: Waiting[] = [];
  let underWay = 0;
  let isPaused = false;

  const enqueue = (call: Waiting) => {
    waiting = [...waiting, call].sort((left, right) => left.order - right.order);
  };

  const send = async (call: Waiting) => {
    underWay++;
    const outcome = await call.send();
    underWay--;
    if (outcome === "not now") {
      enqueue(call);
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
    for (const call of [...waiting]) {
      if (isPaused || underWay >= mostUnderWay) return;
      if (!isReady(call.daemon)) continue;
      waiting = waiting.filter((other) => other !== call);
      void send(call);
    }
  };

  return {
    push: (call) => {
      enqueue(call);
      advance();
    },
    cancel: (call) => {
      const isWaiting = waiting.includes(call);
      waiting = waiting.filter((other) => other !== call);
      return isWaiting;
    },
    advance,
  };
}
