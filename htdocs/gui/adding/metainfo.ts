import { sha1 } from "@noble/hashes/legacy";
import { bytesToHex } from "@noble/hashes/utils";
import { type FileEntry, isTooDeep } from "../files/tree";
import { type Bencoded, decode, type Dictionary, isDictionary, toText } from "./bencode";

/** What a .torrent file says. */
export interface Metainfo {
  hash: string;
  name: string;
  /** Numbered as the daemon numbers them: in the file's order. */
  files: FileEntry[];
  trackers: string[];
  isPrivate: boolean;
  comment: string;
}

/** Throws an Error for people. */
export function readMetainfo(bytes: Uint8Array): Metainfo {
  let root: Bencoded;
  try {
    root = decode(bytes);
  } catch {
    throw new Error("This is no torrent file, or only a part of one.");
  }
  const info = isDictionary(root) ? root.members.get("info") : undefined;
  if (!isDictionary(root) || !isDictionary(info)) throw new Error("This is no torrent file.");
  if (!(info.members.get("pieces") instanceof Uint8Array)) {
    throw new Error("This torrent file is not of BitTorrent version 1.");
  }
  const name = textOf(info, "name");
  return {
    // Not of crypto.subtle, which pages without TLS do not have.
    hash: bytesToHex(sha1(info.bytes)),
    name,
    files: filesOf(info, name),
    trackers: trackersOf(root),
    isPrivate: info.members.get("private") === 1,
    comment: textOf(root, "comment"),
  };
}

function filesOf(info: Dictionary, name: string): FileEntry[] {
  const list = info.members.get("files");
  if (!Array.isArray(list)) return [{ path: name, length: lengthOf(info) }];
  const files = list.map((file) => {
    const path = isDictionary(file) && (file.members.get("path.utf-8") ?? file.members.get("path"));
    if (!isDictionary(file) || !Array.isArray(path)) throw new Error("A file in it has no name.");
    return { path: [name, ...texts(path)].filter(Boolean).join("/"), length: lengthOf(file) };
  });
  if (files.some(isTooDeep)) throw new Error("A file in it is in too many folders.");
  return files;
}

function lengthOf({ members }: Dictionary): number {
  const length = members.get("length");
  if (typeof length !== "number" || length < 0) throw new Error("A file in it has no size.");
  return length;
}

/** Each once, in the file's order. */
function trackersOf(root: Dictionary): string[] {
  const tiers = root.members.get("announce-list");
  const listed = Array.isArray(tiers)
    ? tiers.flatMap((tier) => (Array.isArray(tier) ? texts(tier) : []))
    : [];
  return [...new Set(listed.length > 0 ? listed : [textOf(root, "announce")])].filter(Boolean);
}

function texts(list: readonly Bencoded[]): string[] {
  return list.map((item) => (item instanceof Uint8Array ? toText(item) : ""));
}

/** Of old files that are not in UTF-8 otherwise, one under the name with ".utf-8" is. */
function textOf({ members }: Dictionary, name: string): string {
  const value = members.get(`${name}.utf-8`) ?? members.get(name);
  return value instanceof Uint8Array ? toText(value) : "";
}
