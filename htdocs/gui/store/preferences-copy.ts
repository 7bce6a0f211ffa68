import { isRecord } from "./preference-values";

/** The browser's copy of a user's preferences: it is there before the server answers, and where that keeps none. */
export interface PreferencesCopy {
  /** Undefined where the page does not say who its user is: then the server does. */
  readonly user: string | undefined;
  read(): CopiedPreferences;
  write(preferences: CopiedPreferences): void;
  /** Calls `changed` when another page of this browser has written it. */
  follow(changed: (preferences: CopiedPreferences) => void): void;
}

export interface CopiedPreferences {
  /** Whose they are: where the site's own login signs in, several users of the browser have one copy. */
  user?: string;
  values: Record<string, unknown>;
  /** Names of those that the server does not have yet. */
  unsaved: string[];
}

export function openPreferencesCopy(user: string | undefined): PreferencesCopy {
  const key = `torrent-ws.preferences.${user ?? ""}`;
  // A browser that lets no page store anything throws at each use.
  const read = (): CopiedPreferences => {
    try {
      return parse(localStorage.getItem(key));
    } catch {
      return { values: {}, unsaved: [] };
    }
  };
  return {
    user,
    read,
    write: (preferences) => {
      try {
        localStorage.setItem(key, JSON.stringify(preferences));
      } catch {
        // Then they last as long as the page, or are the server's alone.
      }
    },
    follow: (changed) =>
      window.addEventListener("storage", (event) => {
        if (event.key === key) changed(read());
      }),
  };
}

/** What another version of the page, or somebody by hand, has written may have any shape. */
function parse(text: string | null): CopiedPreferences {
  const copied: unknown = JSON.parse(text ?? "{}");
  const { user, values, unsaved } = isRecord(copied) ? copied : {};
  return {
    user: typeof user === "string" ? user : undefined,
    values: isRecord(values) ? values : {},
    unsaved: Array.isArray(unsaved) ? unsaved.filter((name) => typeof name === "string") : [],
  };
}
