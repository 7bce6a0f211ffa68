import type { Action, Actions } from "../actions/actions";
import type { IconName } from "../icon";

/** A menu within a menu. */
export interface Submenu {
  title: string;
  icon?: IconName;
  actions: Action[];
}

/** The sections of a menu, between which there are lines. */
export type Sections = (Action | Submenu)[][];

interface SubmenuTemplate {
  title: string;
  icon?: IconName;
  ids: string[];
}

/** Which actions a menu has, by their ids. */
type Template = (string | SubmenuTemplate)[][];

const queue: SubmenuTemplate = {
  title: "Queue",
  icon: "queue",
  ids: ["queue-top", "queue-up", "queue-down", "queue-bottom"],
};
const priority: SubmenuTemplate = {
  title: "Priority",
  icon: "priority",
  ids: ["priority-high", "priority-normal", "priority-low"],
};
const copy: SubmenuTemplate = {
  title: "Copy",
  icon: "copy",
  ids: ["copy-name", "copy-hash", "copy-magnet"],
};
const select: SubmenuTemplate = {
  title: "Select",
  icon: "select",
  ids: ["select-all", "select-invert", "select-none"],
};
const theme: SubmenuTemplate = {
  title: "Theme",
  icon: "theme",
  ids: ["theme-system", "theme-light", "theme-dark"],
};

/** Of the selected torrents. */
export const contextMenu: Template = [
  ["start", "start-now", "stop"],
  ["reannounce", "verify"],
  [queue, priority, "labels", "location", "limits"],
  [copy],
  ["remove"],
];

/** What the toolbar has no button for. */
export const moreMenu: Template = [
  ["start-now", "reannounce", "verify", queue, priority, "labels", "location", "limits", copy],
  [select, "columns", theme],
  ["palette", "shortcuts"],
];

/** A menu with what is offered of a template. */
export function sectionsOf(template: Template, actions: Actions): Sections {
  const find = (ids: string[]) => ids.flatMap((id) => actions.get(id) ?? []);
  const entriesOf = (entry: string | SubmenuTemplate): Sections[number] => {
    if (typeof entry === "string") return find([entry]);
    const offered = find(entry.ids);
    return offered.length > 0 ? [{ title: entry.title, icon: entry.icon, actions: offered }] : [];
  };
  return template.map((entries) => entries.flatMap(entriesOf)).filter((section) => section.length > 0);
}
