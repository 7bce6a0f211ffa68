import type { IconName } from "../icon";
import type { Action, ActionGroup, ActionParts } from "./actions";

type Run = (hashes: readonly string[]) => void;

/** What is done to torrents: adding them, and whatever is for those selected. */
export function torrentActions(parts: ActionParts): Action[] {
  const { commands, daemons, selection, setDialog } = parts;

  /** An action on the torrents that are selected. Without a connection, commands wait for one. */
  const onSelected = (
    id: string,
    title: string,
    group: ActionGroup,
    icon: IconName | undefined,
    keys: string[],
    run: Run,
  ): Action => ({
    id,
    title,
    group,
    icon,
    keys,
    isEnabled: () => selection.count() > 0,
    run: () => void selection.act(run),
  });
  const queue = (where: "top" | "up" | "down" | "bottom", title: string, key: string) =>
    onSelected(`queue-${where}`, title, "queue", undefined, [key], (hashes) => commands.queue(hashes, where));
  const priority = (id: string, title: string, bandwidthPriority: -1 | 0 | 1) =>
    onSelected(`priority-${id}`, title, "priority", undefined, [], (hashes) =>
      commands.set(hashes, { bandwidthPriority }, "Setting the priority"),
    );
  const dialog = (
    kind: "labels" | "location" | "limits" | "remove",
    title: string,
    group: ActionGroup,
    key: string,
  ) => onSelected(kind, title, group, kind, [key], (hashes) => setDialog({ kind, hashes }));
  const mayChooseFolder = () =>
    Object.keys(daemons.byName).some((daemon) => daemons.roots(daemon).length > 0);

  return [
    {
      id: "add",
      title: "Add…",
      group: "add",
      icon: "add",
      keys: ["a", "Insert"],
      run: () => setDialog({ kind: "add" }),
    },
    onSelected("start", "Start", "transfer", "start", ["s"], commands.start),
    onSelected("start-now", "Start now", "transfer", "start-now", ["Shift+S"], commands.startNow),
    onSelected("stop", "Stop", "transfer", "stop", ["p"], commands.stop),
    onSelected("reannounce", "Ask for more peers", "transfer", "peers", ["r"], commands.reannounce),
    onSelected("verify", "Verify the data", "transfer", "verify", ["v"], commands.verify),
    queue("top", "To the top", "Alt+Shift+ArrowUp"),
    queue("up", "Up", "Alt+ArrowUp"),
    queue("down", "Down", "Alt+ArrowDown"),
    queue("bottom", "To the end", "Alt+Shift+ArrowDown"),
    priority("high", "High", 1),
    priority("normal", "Normal", 0),
    priority("low", "Low", -1),
    dialog("labels", "Labels…", "edit", "l"),
    { ...dialog("location", "Location…", "edit", "m"), isOffered: mayChooseFolder },
    dialog("limits", "Limits…", "edit", "Shift+L"),
    dialog("remove", "Remove…", "remove", "Delete"),
  ];
}
