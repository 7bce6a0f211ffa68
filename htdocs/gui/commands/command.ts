import { type Accessor, createSignal, type Setter } from "solid-js";

/**
 * What became of a call. `waiting`: it was not sent; `pending`: it was, and is not answered; `unknown`: it may
 * have been done or not; `canceled`: the user took it back before it was sent.
 */
export type Phase = "waiting" | "pending" | "done" | "failed" | "unknown" | "canceled";

export interface Outcome {
  phase: Phase;
  /** Milliseconds of the epoch: when that began. */
  at: number;
  /** Why it is pending still, or what went wrong; for people. */
  message?: string;
  /** The error's URI. */
  error?: string;
}

/** One call of a command, and the rows that it is for. */
export class Part {
  readonly outcome: Accessor<Outcome>;
  readonly #setOutcome: Setter<Outcome>;
  #kwargs: Readonly<Record<string, unknown>> | undefined;

  constructor(
    readonly command: Command,
    readonly hashes: readonly string[],
    kwargs: Readonly<Record<string, unknown>> | undefined,
    /** How many torrents it is for; `hashes` may be fewer, where another page made the call. */
    readonly count = hashes.length,
    /** The daemon that it is for; undefined where there is one only. */
    readonly daemon = kwargs?.daemon as string | undefined,
  ) {
    this.#kwargs = kwargs;
    [this.outcome, this.#setOutcome] = createSignal<Outcome>({ phase: "waiting", at: Date.now() });
  }

  /**
   * Undefined where another page made the call and nobody else knows with which arguments; and when nobody needs
   * them any more, as they may be a whole .torrent file.
   */
  get kwargs(): Readonly<Record<string, unknown>> | undefined {
    return this.#kwargs;
  }

  become(phase: Phase, { message, error }: { message?: string; error?: string } = {}): void {
    if (phase === "done" || phase === "canceled") this.#kwargs = undefined;
    this.#setOutcome({ phase, at: Date.now(), message, error });
  }
}

/** What a user wants done, in as many calls as that takes. */
export class Command {
  readonly parts: Part[] = [];
  /** Milliseconds of the epoch. */
  readonly since: number;

  constructor(
    readonly procedure: string,
    /** What is being done: "Stopping". */
    readonly title: string,
    /** With what: a torrent's name, or how many there are; empty if the title says it all. */
    readonly subject: string,
    since = Date.now(),
  ) {
    this.since = since;
  }

  /** How many torrents the calls in this phase are for; without torrents each call is one. */
  count(...phases: Phase[]): number {
    const parts = this.parts.filter((part) => phases.includes(part.outcome().phase));
    return parts.reduce((sum, part) => sum + Math.max(1, part.count), 0);
  }

  get total(): number {
    return this.parts.reduce((sum, part) => sum + Math.max(1, part.count), 0);
  }

  /** The phase that matters most to the user. */
  get phase(): Phase {
    const phases = this.parts.map((part) => part.outcome().phase);
    return byWeight.find((phase) => phases.includes(phase)) ?? "done";
  }

  get isRunning(): boolean {
    return this.phase === "pending" || this.phase === "waiting";
  }
}

const byWeight: Phase[] = ["pending", "waiting", "failed", "unknown", "canceled", "done"];
