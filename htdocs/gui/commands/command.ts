import { type Accessor, createSignal, type Setter } from "solid-js";

/**
 * What became of a call: it waits for the connection or the daemon, or was sent and has no answer, or has
 * ended; `unknown` is what may have been done or not.
 */
export type CommandPhase = "waiting" | "pending" | "done" | "failed" | "unknown";

export interface Outcome {
  state: CommandPhase;
  /** Milliseconds of the epoch: when it was asked for. */
  since: number;
  /** Why it is pending still, or what went wrong; for people. */
  message?: string;
  /** The error's URI. */
  error?: string;
}

/** One call of a command, and the rows that it is for. */
export class Part {
  readonly outcome: Accessor<Outcome>;
  readonly #setOutcome: Setter<Outcome>;

  constructor(
    readonly command: Command,
    readonly hashes: readonly string[],
    readonly kwargs: Readonly<Record<string, unknown>>,
    first: Outcome = { state: "waiting", since: Date.now() },
  ) {
    [this.outcome, this.#setOutcome] = createSignal(first);
  }

  become(state: CommandPhase, { message, error }: { message?: string; error?: string } = {}): void {
    this.#setOutcome(({ since }) => ({ state, since, message, error }));
  }
}

/** What the user wants done, in as many calls as that takes. */
export class Command {
  readonly parts: Part[] = [];

  constructor(
    readonly id: number,
    readonly procedure: string,
    /** What is being done: "Stopping". */
    readonly title: string,
  ) {}
}
