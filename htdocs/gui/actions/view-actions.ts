import { themes } from "../theme";
import type { Action, ActionParts } from "./actions";

const themeTitles = { system: "As the system", light: "Light", dark: "Dark" } as const;

/** What is done to the page: selecting, searching, its look, and help. */
export function viewActions({ preferences, selection, setDialog, view }: ActionParts): Action[] {
  const hasRows = () => view().count() > 0;
  const hasSelected = () => selection.count() > 0;
  return [
    {
      id: "select-all",
      title: "All",
      group: "select",
      keys: ["$mod+a"],
      isEnabled: hasRows,
      run: () => void selection.all(),
    },
    {
      id: "select-invert",
      title: "The others",
      group: "select",
      keys: ["i", "$mod+i"],
      isEnabled: hasRows,
      run: () => void selection.invert(),
    },
    {
      id: "select-none",
      title: "None",
      group: "select",
      keys: ["Escape"],
      isForFields: true,
      isEnabled: hasSelected,
      run: () => selection.clear(),
    },
    {
      id: "columns",
      title: "Columns…",
      group: "view",
      icon: "columns",
      run: () => setDialog({ kind: "columns" }),
    },
    {
      id: "search",
      title: "Search",
      group: "view",
      icon: "search",
      keys: ["/", "Shift+/"],
      run: () => document.querySelector<HTMLInputElement>("#torrent-ws [type=search]")?.focus(),
    },
    ...themes.map((theme): Action => ({
      id: `theme-${theme}`,
      title: themeTitles[theme],
      group: "theme",
      isChosen: () => (preferences.get("theme") ?? "system") === theme,
      run: () => preferences.set("theme", theme === "system" ? undefined : theme),
    })),
    {
      id: "palette",
      title: "All commands…",
      group: "help",
      icon: "command",
      keys: ["$mod+k", "$mod+Shift+p"],
      isForFields: true,
      run: () => setDialog({ kind: "palette" }),
    },
    {
      id: "shortcuts",
      title: "Keyboard shortcuts…",
      group: "help",
      icon: "keyboard",
      keys: ["Shift+?", "?"],
      run: () => setDialog({ kind: "shortcuts" }),
    },
  ];
}
