/**
 * Reads bencoded data. The libraries for it (bencode, @ctrl/torrent-file) follow negative lengths back and never end,
 * so that one bad file would freeze the page; the latter needs node:crypto and node:path besides; and of the bytes of
 * a dictionary, whose hash names a torrent, they tell nothing.
 */

export type Bencoded = number | Uint8Array | Bencoded[] | Dictionary;

export interface Dictionary {
  members: Map<string, Bencoded>;
  /** What it was read from. */
  bytes: Uint8Array;
}

/** Lists and dictionaries in each other: each takes of the stack. A torrent's folders are some of them. */
const mostDepth = 200;

const utf8 = new TextDecoder();

export function toText(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** The value at the beginning of the bytes. Throws if there is none. */
export function decode(bytes: Uint8Array): Bencoded {
  let at = 0;

  const readNumber = (terminator: string, pattern: RegExp): number => {
    const end = bytes.indexOf(terminator.charCodeAt(0), at);
    const text = toText(bytes.subarray(at, end));
    if (end < 0 || !pattern.test(text)) throw new Error(`No number at ${at}`);
    at = end + 1;
    return Number(text);
  };
  const readString = (): Uint8Array => {
    const length = readNumber(":", /^\d{1,10}$/);
    if (length > bytes.length - at) throw new Error(`The text at ${at} is cut off`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const isAtEnd = () => {
    if (bytes[at] === undefined) throw new Error("It is cut off");
    const isEnd = bytes[at] === 0x65; // e
    if (isEnd) at++;
    return isEnd;
  };
  const readValue = (depth: number): Bencoded => {
    if (depth > mostDepth) throw new Error(`Too deep at ${at}`);
    const begin = at;
    switch (String.fromCharCode(bytes[at] ?? 0)) {
      case "i":
        at++;
        return readNumber("e", /^-?\d{1,20}$/);
      case "l": {
        at++;
        const list: Bencoded[] = [];
        while (!isAtEnd()) list.push(readValue(depth + 1));
        return list;
      }
      case "d": {
        at++;
        const members = new Map<string, Bencoded>();
        while (!isAtEnd()) members.set(toText(readString()), readValue(depth + 1));
        return { members, bytes: bytes.subarray(begin, at) };
      }
      default:
        return readString();
    }
  };
  return readValue(0);
}

export function isDictionary(value: Bencoded | undefined): value is Dictionary {
  return typeof value === "object" && "members" in value;
}
