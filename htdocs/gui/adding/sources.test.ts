import { expect, test } from "vitest";
import { magnetHash, readText, titleOf } from "./sources";

const hash = "0123456789abcdef0123456789abcdef01234567";
// The same in base32.
const base32 = "AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH";

test("finds magnet links and URLs, one or many, each once", () => {
  expect(
    readText("magnet:?xt=urn:btih:1 \n https://host/a.torrent\nHTTP://host/b magnet:?xt=urn:btih:1"),
  ).toEqual({
    links: ["magnet:?xt=urn:btih:1", "https://host/a.torrent", "HTTP://host/b"],
    nonsense: [],
  });
});

test("makes magnet links of bare info hashes", () => {
  const links = [`magnet:?xt=urn:btih:${hash}`];
  expect(readText(hash.toUpperCase()).links).toEqual(links);
  expect(readText(`${base32}\n${base32.toLowerCase()}\n${hash}`).links).toEqual(links);
});

test("takes no path and no other scheme", () => {
  const words = [
    "/etc/passwd",
    "file:///etc/passwd",
    "ftp://host/a",
    "magnet:",
    "https://",
    "javascript:alert(1)",
  ];
  expect(readText(words.join(" "))).toEqual({ links: [], nonsense: words });
});

test("knows a magnet link's hash in either form", () => {
  expect(magnetHash(`magnet:?dn=a&xt=urn:btih:${hash.toUpperCase()}`)).toBe(hash);
  expect(magnetHash(`MAGNET:?xt.1=urn:btmh:1220aa&xt.2=URN:BTIH:${base32}`)).toBe(hash);
  expect(magnetHash("magnet:?xt=urn:btih:1")).toBeUndefined();
  expect(magnetHash(`http://host/?xt=urn:btih:${hash}`)).toBeUndefined();
});

test("names what is to be added", () => {
  expect(titleOf({ link: `magnet:?xt=urn:btih:${hash}&dn=a+b%20c` })).toBe("a b c");
  expect(titleOf({ link: `magnet:?xt=urn:btih:${hash}` })).toBe(hash);
  expect(titleOf({ link: "http://host/a.torrent?dn=x" })).toBe("http://host/a.torrent?dn=x");
  expect(titleOf({ file: new File([], "a.torrent") })).toBe("a.torrent");
});
