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
