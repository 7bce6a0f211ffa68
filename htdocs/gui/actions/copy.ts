import { readTorrents } from "../store/read-torrents";
import type { Action, ActionParts } from "./actions";
import { describeFailure } from "./commands";

interface Copied {
  name: string;
  hashString: string;
  magnetLink: string;
}

/** Puts something of the selected torrents on the clipboard, one a line. */
export function copyActions({ connection, notices, selection }: ActionParts): Action[] {
  const copy = async (hashes: readonly string[], field: keyof Copied) => {
    const text = readTorrents<Copied>(connection, hashes, [field]).then((torrents) =>
      hashes.flatMap((hash) => torrents.get(hash)?.[field] ?? []).join("\n"),
    );
    try {
      // Browsers let a click write to the clipboard even so late if they have the promise at once.
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]);
      notices.done(hashes.length === 1 ? "Copied" : `Copied ${hashes.length} lines`);
    } catch (error) {
      notices.error(describeFailure("Copying", error));
    }
  };
  const action = (id: string, title: string, field: keyof Copied, keys?: string[]): Action => ({
    id,
    title,
    group: "copy",
    icon: "copy",
    keys,
    // A page that came by plain HTTP has no clipboard.
    isOffered: () => isSecureContext,
    isEnabled: () => connection.state().kind === "connected" && selection.count() > 0,
    run: () => void selection.act((hashes) => void copy(hashes, field)),
  });
  return [
    action("copy-name", "Name", "name"),
    action("copy-hash", "Hash", "hashString"),
    action("copy-magnet", "Magnet link", "magnetLink", ["c"]),
  ];
}
