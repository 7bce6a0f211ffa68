import { type Accessor, batch, createSignal, type Signal } from "solid-js";
import { CallFailure, type Session } from "../connection/session";
import type { PreferencesEvent } from "../protocol";
import type { PreferencesCopy } from "./preferences-copy";

/** What the user chose about the page, kept on the server for all of the user's pages. */
export interface PreferenceValues {
  theme?: "light" | "dark";
  /** Those that the list shows, in their order. Widths in pixels. */
  columns?: { id: string; width?: number }[];
  /** The first key counts most. */
  sorting?: { column: string; isDescending: boolean }[];
}

export interface Preferences {
  /** Follows that one value. Undefined: never chosen, or not known yet. */
  get<Name extends keyof PreferenceValues>(name: Name): PreferenceValues[Name];
  /** Shows at once, and is saved a moment later. Undefined forgets the value. */
  set<Name extends keyof PreferenceValues>(name: Name, value: PreferenceValues[Name]): void;
  /** Whether the server has told its values, or that it keeps none. */
  isLoaded: Accessor<boolean>;
  /** Goes on in a new session. */
  enter(session: Pick<Session, "subscribe" | "call">): void;
  /** Saves now what is to be saved: the page may be about to go. */
  flush(): void;
}

const saveAfter = 500;
const retryAfter = 10_000;

/** After these the same would be refused again. */
const refusals = [
  CallFailure.connectionLost,
  "wamp.error.invalid_argument",
  "wamp.error.no_such_procedure",
  "torrent_ws.error.not_supported",
];

export function createPreferences(copy: PreferencesCopy): Preferences {
  const signals = new Map<string, Signal<unknown>>();
  const [isLoaded, setLoaded] = createSignal(false);
  const unsaved = new Set<string>();
  /** Names of those that the server is being told. */
  let underWay: ReadonlySet<string> = new Set();
  let session: Pick<Session, "subscribe" | "call"> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const signal = (name: string) => {
    const found = signals.get(name) ?? createSignal<unknown>(undefined, { equals: isSame });
    signals.set(name, found);
    return found;
  };
  const read = (name: string) => signal(name)[0]();
  const show = (name: string, value: unknown) => signal(name)[1](() => value ?? undefined);

  /** Shows what comes from elsewhere, unless the user has chosen something newer here. */
  const take = (values: Record<string, unknown>, areAll: boolean) =>
    batch(() => {
      for (const name of new Set([...Object.keys(values), ...(areAll ? signals.keys() : [])])) {
        if (!unsaved.has(name) && !underWay.has(name)) show(name, values[name]);
      }
    });

  const writeCopy = () =>
    copy.write({
      values: Object.fromEntries([...signals.keys()].map((name) => [name, read(name)])),
      unsaved: [...unsaved, ...underWay],
    });

  const saveIn = (milliseconds: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => void save(), milliseconds);
  };

  /** One call after the other: of two at once the server might do the former last. */
  const save = async () => {
    clearTimeout(timer);
    if (!session || unsaved.size === 0 || underWay.size > 0) return;
    const told = session;
    underWay = new Set(unsaved);
    unsaved.clear();
    const preferences = Object.fromEntries([...underWay].map((name) => [name, read(name) ?? null]));
    try {
      await told.call("preferences.set", { preferences });
    } catch (failure) {
      underWay.forEach((name) => unsaved.add(name));
      // What is refused stays with this browser, and is offered again to the next session.
      if (!refusals.includes((failure as CallFailure).uri)) saveIn(retryAfter);
      return;
    } finally {
      underWay = new Set();
      writeCopy();
    }
    if (unsaved.size > 0) saveIn(saveAfter);
  };

  const copied = copy.read();
  copied.unsaved.forEach((name) => unsaved.add(name));
  Object.entries(copied.values).forEach(([name, value]) => show(name, value));
  copy.follow((values) => take(values, true));

  return {
    get: <Name extends keyof PreferenceValues>(name: Name) => read(name) as PreferenceValues[Name],
    set: (name, value) => {
      show(name, value);
      unsaved.add(name);
      writeCopy();
      saveIn(saveAfter);
    },
    isLoaded,
    enter: (entered) => {
      session = entered;
      entered
        .subscribe<PreferencesEvent>("preferences", ({ snapshot, preferences }) => {
          take(preferences, snapshot);
          writeCopy();
          setLoaded(true);
        })
        .catch(({ uri }: CallFailure) => {
          if (uri !== CallFailure.connectionLost) setLoaded(true);
        });
      void save();
    },
    flush: () => void save(),
  };
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
