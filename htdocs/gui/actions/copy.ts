import { readTorrents } from "../store/read-torrents";
import { describeFailure } from "./commands";
import type { Action, ActionParts } from "./actions";

/** Puts something of the selected torrents on the clipboard, one a line. */
export function copyActions({ connection, notices, selection }: ActionParts): Action[] {
  const copyField = (id: string, title: string, field: string, keys?: string[]): Action => {
    const copy = async (hashes: readonly string[]) => {
      const lines = readTorrents<Record<string, string>>(connection, hashes, [field]).then((torrents) =>
        new Blob([torrents.map((torrent) => torrent[field]).join("\n")], { type: "text/plain" }),
      );
      try {
        // Browsers that let only a click write to the clipboard accept a promise as late as this.
        await navigator.clipboard.write([new ClipboardItem({ "text/plain": lines })]);
        notices.done(hashes.length === 1 ? "Copied" : `Copied ${hashes.length} lines`);
      } catch (error) {
        notices.error(describeFailure("Copying", error));
      }
    };
    return {
      id,
      title,
      group: "copy",
      icon: "copy",
      keys,
      // Pages that came by plain HTTP have no clipboard.
      isOffered: () => typeof ClipboardItem !== "undefined",
      isEnabled: () => connection.state().kind === "connected" && selection.count() > 0,
      run: () => void selection.act((hashes) => void copy(hashes)),
    };
  };
  return [
    copyField("copy-name", "Name", "name"),
    copyField("copy-hash", "Hash", "hashString"),
    copyField("copy-magnet", "Magnet link", "magnetLink", ["c"]),
  ];
}
