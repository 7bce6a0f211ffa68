import type { IconName } from "../icon";
import type { Action, ActionGroup, ActionParts } from "./actions";

/** What is done to torrents: adding them, and whatever is for those selected. */
export function torrentActions({ commands, connection, selection, setDialog }: ActionParts): Action[] {
  const isOnline = () => connection.state().kind === "connected";

  /** An action on the torrents that are selected. */
  const onSelected = (
    id: string,
    title: string,
    group: ActionGroup,
    icon: IconName | undefined,
    keys: string[],
    run: (hashes: readonly string[]) => void,
  ): Action => ({
    id,
    title,
    group,
    icon,
    keys,
    isEnabled: () => isOnline() && selection.count() > 0,
    run: () => void selection.act(run),
  });

  return [
    {
      id: "add",
      title: "Add…",
      group: "add",
      icon: "add",
      keys: ["a", "Insert"],
      isEnabled: isOnline,
      run: () => setDialog({ kind: "add" }),
    },
    onSelected("start", "Start", "transfer", "start", ["s"], commands.start),
    onSelected("stop", "Stop", "transfer", "stop", ["p"], commands.stop),
    onSelected("labels", "Labels…", "edit", "label", ["l"], (hashes) => setDialog({ kind: "labels", hashes })),
    onSelected("remove", "Remove…", "remove", "remove", ["Delete"], (hashes) =>
      setDialog({ kind: "remove", hashes }),
    ),
  ];
}
