/** The browser's copy of a user's preferences: it is there before the server answers, and where that keeps none. */
export interface PreferencesCopy {
  read(): CopiedPreferences;
  write(preferences: CopiedPreferences): void;
  /** Calls `changed` when another page of this browser has written it. */
  follow(changed: (values: Record<string, unknown>) => void): void;
}

export interface CopiedPreferences {
  values: Record<string, unknown>;
  /** Names of those that the server does not have yet. */
  unsaved: string[];
}

export function openPreferencesCopy(userId: string): PreferencesCopy {
  const key = `torrent-ws.preferences.${userId}`;
  // A browser that lets no page store anything throws at each use.
  const read = (): CopiedPreferences => {
    try {
      return parse(localStorage.getItem(key));
    } catch {
      return { values: {}, unsaved: [] };
    }
  };
  return {
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
        if (event.key === key) changed(read().values);
      }),
  };
}

function parse(text: string | null): CopiedPreferences {
  const { values = {}, unsaved = [] } = JSON.parse(text ?? "{}") as Partial<CopiedPreferences>;
  return { values, unsaved: [...unsaved] };
}
