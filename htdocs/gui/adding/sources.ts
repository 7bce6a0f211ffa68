/** What is to be added: a magnet link or http(s) URL, or a .torrent file. */
export type AddSource = { link: string } | { file: File };

const linkPattern = /^(magnet:\?|https?:\/\/)\S+$/i;
const hexHash = /^[0-9a-f]{40}$/i;
const base32Hash = /^[a-z2-7]{32}$/i;
const base32Digits = "abcdefghijklmnopqrstuvwxyz234567";

/** The links in a text, each once, with magnet links for bare info hashes; and the words that are nothing of that. */
export function readText(text: string): { links: string[]; nonsense: string[] } {
  const links = new Set<string>();
  const nonsense: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const hash = toHexHash(word);
    if (hash !== undefined) links.add(`magnet:?xt=urn:btih:${hash}`);
    else if (linkPattern.test(word)) links.add(word);
    else nonsense.push(word);
  }
  return { links: [...links], nonsense };
}

/** The .torrent files and links in what was dropped or pasted. */
export function readTransfer(transfer: DataTransfer): AddSource[] {
  const files = [...transfer.files].filter(
    ({ name, type }) => /\.torrent$/i.test(name) || type === "application/x-bittorrent",
  );
  if (files.length > 0) return files.map((file) => ({ file }));
  const text = transfer.getData("text/plain") || transfer.getData("text/uri-list");
  return readText(text).links.map((link) => ({ link }));
}

export function isMagnet(link: string): boolean {
  return /^magnet:/i.test(link);
}

/** The info hash of a magnet link, in lower case; undefined if it has none of BitTorrent version 1. */
export function magnetHash(link: string): string | undefined {
  if (!isMagnet(link)) return undefined;
  for (const [name, value] of magnetParameters(link)) {
    const hash = /^xt(\.\d+)?$/.test(name) ? /^urn:btih:(.+)$/i.exec(value)?.[1] : undefined;
    if (hash !== undefined) return toHexHash(hash);
  }
  return undefined;
}

/** A name for people: a magnet link's own where it has one, else its hash; a file's name; or a URL. */
export function titleOf(source: AddSource): string {
  if ("file" in source) return source.file.name;
  const { link } = source;
  return (isMagnet(link) && (magnetParameters(link).get("dn") || magnetHash(link))) || link;
}

function magnetParameters(link: string): URLSearchParams {
  return new URLSearchParams(link.slice(link.indexOf("?")));
}

/** An info hash in hexadecimal digits, of one in those or in base32; undefined for anything else. */
function toHexHash(word: string): string | undefined {
  if (hexHash.test(word)) return word.toLowerCase();
  if (!base32Hash.test(word)) return undefined;
  const bits = [...word.toLowerCase()].map((digit) =>
    base32Digits.indexOf(digit).toString(2).padStart(5, "0"),
  );
  return bits.join("").replace(/.{4}/g, (four) => parseInt(four, 2).toString(16));
}

/** The server takes messages of 16 MiB, and closes the connection on one that is longer. */
export const mostBytes = 12_000_000;

/** Throws an Error for people. */
export function checkSize(file: File): void {
  if (file.size > mostBytes) throw new Error("The file is larger than the server takes.");
}
