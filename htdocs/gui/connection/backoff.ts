const firstMilliseconds = 500;
const longestMilliseconds = 30_000;

/** Exponential back-off with jitter, so that the pages of a restarted server do not all come back at once. */
export class Backoff {
  #attempt = 0;

  constructor(private readonly random: () => number = Math.random) {}

  /** Milliseconds to wait before the next attempt: between a half and the whole of 0.5 s, 1 s, 2 s … 30 s. */
  next(): number {
    const whole = Math.min(longestMilliseconds, firstMilliseconds * 2 ** this.#attempt);
    this.#attempt++;
    return whole * (0.5 + this.random() / 2);
  }

  reset(): void {
    this.#attempt = 0;
  }
}
