import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";

/** What `source` gives, when that has not changed for so long. */
export function createDebounced<Value>(source: Accessor<Value>, milliseconds: number): Accessor<Value> {
  const [value, setValue] = createSignal(source());
  createEffect(
    on(
      source,
      (latest) => {
        const timer = setTimeout(() => setValue(() => latest), milliseconds);
        onCleanup(() => clearTimeout(timer));
      },
      { defer: true },
    ),
  );
  return value;
}

/** Runs the work when it is asked for: one run at a time, and the next no sooner than so long after it. */
export function createThrottled(work: () => Promise<void>, milliseconds: number): () => void {
  let isResting = false;
  let isAsked = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const ask = () => {
    isAsked = true;
    if (isResting) return;
    isResting = true;
    isAsked = false;
    void work().finally(() => {
      timer = setTimeout(() => {
        isResting = false;
        if (isAsked) ask();
      }, milliseconds);
    });
  };
  return ask;
}
