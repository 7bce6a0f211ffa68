import { type Accessor, createEffect, createSignal, onCleanup } from "solid-js";
import { useApplication } from "../application";
import type { Session } from "../connection/session";

/**
 * The latest answer to a question, asked again when what it follows changes, and in each new session;
 * undefined before the first answer. One that fails is nobody's business: what it is for can do without.
 */
export function createAnswer<Value>(
  ask: (call: Session["call"]) => Promise<Value> | undefined,
): Accessor<Value | undefined> {
  const { connection } = useApplication();
  const [answer, setAnswer] = createSignal<Value>();
  createEffect(() => {
    const session = connection.session();
    let isCurrent = true;
    onCleanup(() => (isCurrent = false));
    const asked = session && ask((procedure, kwargs) => session.call(procedure, kwargs));
    asked?.then(
      (value) => {
        if (isCurrent) setAnswer(() => value);
      },
      () => undefined,
    );
  });
  return answer;
}
