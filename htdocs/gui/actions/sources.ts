import type { AddSource } from "./commands";

const link = /^(magnet:\?|https?:\/\/)\S+$/i;

/** The magnet links and URLs in a text. */
export function readLinks(text: string): string[] {
  return text.split(/\s+/).filter((word) => link.test(word));
}

/** The .torrent files and links in what was dropped or pasted. */
export function readTransfer(transfer: DataTransfer): AddSource[] {
  const files = [...transfer.files].filter((file) => file.name.endsWith(".torrent"));
  if (files.length > 0) return files.map((file) => ({ file }));
  return readLinks(transfer.getData("text/plain")).map((link) => ({ link }));
}
