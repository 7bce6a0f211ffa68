export const themes = ["system", "light", "dark"] as const;

const key = "torrent-ws.theme";

/**
 * Shows a theme; without one, that of the system. The browser keeps it for theme-early.ts, which is asked before
 * the page is first drawn.
 */
export function showTheme(theme: "light" | "dark" | undefined): void {
  const { dataset } = document.documentElement;
  if (theme) dataset.torrentWsTheme = theme;
  else delete dataset.torrentWsTheme;
  try {
    if (theme) localStorage.setItem(key, theme);
    else localStorage.removeItem(key);
  } catch {
    // A browser that lets no page store anything: then the theme comes with the preferences.
  }
}
