import { type Accessor, batch, createSignal, type Signal } from "solid-js";
import { CallFailure, type Session } from "../connection/session";
import type { PreferencesEvent } from "../protocol";
import { type PreferenceValues, readPreference } from "./preference-values";
import type { PreferencesCopy } from "./preferences-copy";

export interface Preferences {
  /** Follows that one value. Undefined: never chosen, or not known yet. */
  get<Name extends keyof PreferenceValues>(name: Name): PreferenceValues[Name];
  /** Shows at once, and is saved a moment later. Undefined forgets the value. */
  set<Name extends keyof PreferenceValues>(name: Name, value: PreferenceValues[Name]): void;
  /** Whether the server has told its values, or that it keeps none. */
  isLoaded: Accessor<boolean>;
  /** Goes on in a new session, of the same user. */
  enter(session: PreferencesSession): void;
  /** Saves now what is to be saved: the page may be about to go. */
  flush(): void;
}

type PreferencesSession = Pick<Session, "subscribe" | "call" | "user">;

const saveAfter = 500;
const retryAfter = 10_000;

/** After these nothing can be saved before the next session. */
const refusals = [
  CallFailure.connectionLost,
  "wamp.error.no_such_procedure",
  "torrent_ws.error.not_supported",
];

export function createPreferences(copy: PreferencesCopy): Preferences {
  const signals = new Map<string, Signal<unknown>>();
  const [isLoaded, setLoaded] = createSignal(false);
  const unsaved = new Set<string>();
  /** Names of those that the server is being told. */
  let underWay: ReadonlySet<string> = new Set();
  /** Names whose values the server does not take; they stay with this browser. */
  const refused = new Set<string>();
  /** The server refused several at once, and each goes by itself. */
  let isApart = false;
  let user = copy.user;
  let session: PreferencesSession | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const signal = (name: string) => {
    const found = signals.get(name) ?? createSignal<unknown>(undefined, { equals: isSame });
    signals.set(name, found);
    return found;
  };
  const read = (name: string) => signal(name)[0]();
  const show = (name: string, value: unknown) => signal(name)[1](() => value ?? undefined);

  const isOwn = (name: string) => unsaved.has(name) || underWay.has(name) || refused.has(name);

  /** Shows what comes from elsewhere, unless the user has chosen something newer here. */
  const take = (values: Record<string, unknown>, areAll: boolean) =>
    batch(() => {
      for (const name of new Set([...Object.keys(values), ...(areAll ? signals.keys() : [])])) {
        if (!isOwn(name)) show(name, values[name]);
      }
    });

  const writeCopy = () => {
    // Before it is known whose they are, the copy may be another one's.
    if (user === undefined) return;
    copy.write({
      user,
      values: Object.fromEntries([...signals.keys()].map((name) => [name, read(name)])),
      unsaved: [...new Set([...unsaved, ...underWay, ...refused])],
    });
  };

  const saveIn = (milliseconds: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => void save(), milliseconds);
  };

  /** One call after the other: of two at once the server might do the former last. */
  const save = async () => {
    clearTimeout(timer);
    if (!session || unsaved.size === 0 || underWay.size > 0) return;
    const told = session;
    underWay = new Set([...unsaved].slice(0, isApart ? 1 : undefined));
    underWay.forEach((name) => unsaved.delete(name));
    const preferences = Object.fromEntries([...underWay].map((name) => [name, read(name) ?? null]));
    try {
      await told.call("preferences.set", { preferences });
    } catch (failure) {
      const { uri } = failure as CallFailure;
      const isInvalid = uri === "wamp.error.invalid_argument";
      const isOneInvalid = isInvalid && underWay.size === 1;
      underWay.forEach((name) => {
        if (!isOneInvalid) unsaved.add(name);
        else if (!unsaved.has(name)) refused.add(name);
      });
      if (isInvalid) isApart = true;
      else {
        if (!refusals.includes(uri)) saveIn(retryAfter);
        return;
      }
    } finally {
      underWay = new Set();
      writeCopy();
    }
    if (unsaved.size > 0) saveIn(isApart ? 0 : saveAfter);
    else isApart = false;
  };

  const copied = copy.read();
  copied.unsaved.forEach((name) => unsaved.add(name));
  Object.entries(copied.values).forEach(([name, value]) => show(name, value));
  copy.follow((written) => {
    if (written.user === user && user !== undefined) take(written.values, true);
  });
  /** Names of what is shown from the copy until it is known whose that is. */
  const copiedNames = new Set([...Object.keys(copied.values), ...copied.unsaved]);

  const identify = (identified: string | undefined) => {
    if (copied.user !== identified) {
      copiedNames.forEach((name) => unsaved.delete(name));
      batch(() => copiedNames.forEach((name) => show(name, undefined)));
    }
    copiedNames.clear();
    user = identified;
  };

  return {
    get: <Name extends keyof PreferenceValues>(name: Name) => readPreference(name, read(name)),
    set: (name, value) => {
      show(name, value);
      copiedNames.delete(name);
      refused.delete(name);
      unsaved.add(name);
      writeCopy();
      saveIn(saveAfter);
    },
    isLoaded,
    enter: (entered) => {
      session = entered;
      identify(entered.user);
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
