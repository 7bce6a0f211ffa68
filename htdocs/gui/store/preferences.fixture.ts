import { createPreferences, type Preferences } from "./preferences";

/** Preferences that nobody keeps, for tests. */
export function forgetfulPreferences(): Preferences {
  return createPreferences({
    user: undefined,
    read: () => ({ values: {}, unsaved: [] }),
    write: () => undefined,
    follow: () => undefined,
  });
}
