import type { Application } from "../application";
import type { IconName } from "../icon";
import { copyActions } from "./copy";
import { torrentActions } from "./torrent-actions";
import { viewActions } from "./view-actions";

/** The headings under which the palette and the sheet of shortcuts list the actions, in this order. */
export const groupTitles = {
  add: "Add",
  transfer: "Transfer",
  queue: "Queue",
  priority: "Priority",
  edit: "Edit",
  copy: "Copy",
  remove: "Remove",
  select: "Select",
  view: "View",
  theme: "Theme",
  help: "Help",
} as const;

export type ActionGroup = keyof typeof groupTitles;

/** Something that the user can have done: by a button, a menu, the palette or a key. */
export interface Action {
  /** Unique; `data-action` in the page. */
  id: string;
  /** Ends in “…” where a dialog asks for more. */
  title: string;
  group: ActionGroup;
  icon?: IconName;
  /** In the syntax of tinykeys; the first one is shown. */
  keys?: readonly string[];
  /** Its keys count while something is typed, too. */
  isForFields?: boolean;
  /** False: this user or this page cannot do it at all, so it is nowhere to be seen. True if absent. */
  isOffered?(): boolean;
  /** False: not now, as nothing is selected or there is no connection. True if absent. */
  isEnabled?(): boolean;
  /** For those of which one is chosen: whether it is this one. */
  isChosen?(): boolean;
  run(): void;
}

export interface Actions {
  /** Also those that are not offered now. */
  all: readonly Action[];
  offered(): Action[];
  /** Undefined if it is not offered. */
  get(id: string): Action | undefined;
}

export const isOffered = (action: Action): boolean => action.isOffered?.() ?? true;
export const isEnabled = (action: Action): boolean => action.isEnabled?.() ?? true;

/** The parts of the application that actions need. */
export type ActionParts = Omit<Application, "actions">;

export function createActions(parts: ActionParts): Actions {
  const all = [...torrentActions(parts), ...copyActions(parts), ...viewActions(parts)];
  const byId = new Map(all.map((action) => [action.id, action]));
  return {
    all,
    offered: () => all.filter(isOffered),
    get: (id) => {
      const action = byId.get(id);
      return action && isOffered(action) ? action : undefined;
    },
  };
}
