import { type Accessor, createSignal, onCleanup } from "solid-js";

/** Milliseconds of the epoch, each second anew for as long as the calling component lives. */
export function createClock(): Accessor<number> {
  const [now, setNow] = createSignal(Date.now());
  const timer = setInterval(() => setNow(Date.now()), 1000);
  onCleanup(() => clearInterval(timer));
  return now;
}
