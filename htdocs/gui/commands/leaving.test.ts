import { createRoot, createSignal } from "solid-js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Command, Part } from "./command";
import { createJournal } from "./journal";
import { keepUnsent, mostAge } from "./leaving";
import { createUnsent } from "./unsent";

/** Characters: a browser's storage has room for some millions. */
const room = 1_000;
let stored: Map<string, string>;

beforeEach(() => {
  vi.useFakeTimers();
  stored = new Map();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    removeItem: (key: string) => stored.delete(key),
    setItem: (key: string, value: string) => {
      if (value.length > room) throw new Error("Full");
      stored.set(key, value);
    },
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A page of the tab, without a connection. */
function open(url = "wss://host/ws", name = "1") {
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  vi.stubGlobal("window", page);
  vi.stubGlobal("document", page);
  const journal = createJournal();
  const [user, setUser] = createSignal<string>();
  createRoot(() =>
    keepUnsent({
      unsent: createUnsent(url),
      user,
      journal,
      submit: journal.add,
      drop: journal.remove,
      cancel: (part) => part.become("canceled"),
      releaseAll: () => {},
    }),
  );
  setUser(name);
  const ask = (hash: string, further: object = {}) => {
    const command = new Command("torrent.stop", "Stopping", hash);
    const part = new Part(command, [hash], { ids: [hash], ...further });
    command.parts.push(part);
    journal.add(command);
    return part;
  };
  const show = (visibilityState: "visible" | "hidden") => {
    page.visibilityState = visibilityState;
    page.dispatchEvent(new Event("visibilitychange"));
  };
  return {
    journal,
    ask,
    show,
    leave: () => void page.dispatchEvent(new Event("pagehide")),
    restored: () => journal.list().map(({ subject, phase }) => [subject, phase]),
  };
}

test("what was not sent is the next page's, once", () => {
  const first = open();
  first.ask("a").become("pending");
  const [b] = [first.ask("b"), first.ask("c")];
  first.leave();
  // Browsers tell it in this order.
  first.show("hidden");
  expect(b.outcome().phase).toBe("canceled");
  expect(open("wss://other/ws").restored()).toEqual([]);
  const next = open();
  expect(next.restored()).toEqual([
    ["c", "waiting"],
    ["b", "waiting"],
  ]);
  expect(next.journal.list()[1]!.parts[0]!.kwargs).toEqual({ ids: ["b"] });
  expect(open().restored()).toEqual([]);
});

test("what is old is told, and not sent", () => {
  const first = open();
  first.ask("old");
  vi.advanceTimersByTime(mostAge - 1);
  first.ask("new");
  first.leave();
  vi.advanceTimersByTime(1);
  const next = open();
  expect(next.restored()).toEqual([
    ["new", "waiting"],
    ["old", "failed"],
  ]);
  expect(next.journal.list()[1]!.parts[0]).toMatchObject({ kwargs: { ids: ["old"] } });
  expect(next.journal.latest("old")!.outcome().message).toBe("It was not sent.");
});

test("another user gets nothing of it", () => {
  const first = open();
  first.ask("a");
  first.leave();
  expect(open("wss://host/ws", "2").restored()).toEqual([]);
});

test("a file that is too large to be kept does not take the rest with it", () => {
  const first = open();
  first.ask("file", { metainfo: "x".repeat(room) });
  first.ask("click");
  first.leave();
  expect(open().restored()).toEqual([["click", "waiting"]]);
});

test("a hidden page that is ended without a word has left a copy of what waits", () => {
  const first = open();
  const sent = first.ask("sent");
  first.ask("a");
  first.show("hidden");
  sent.become("pending");
  first.ask("b");
  expect(open().restored()).toEqual([
    ["b", "waiting"],
    ["a", "waiting"],
  ]);
});

test("a copy that there is no room for leaves no older one", () => {
  const first = open();
  const sent = first.ask("sent");
  first.show("hidden");
  sent.become("pending");
  first.ask("x".repeat(room));
  expect(open().restored()).toEqual([]);
});

test("a page that is seen again keeps no copy", () => {
  const first = open();
  const part = first.ask("a");
  first.show("hidden");
  expect(stored.size).toBe(1);
  first.show("visible");
  expect([stored.size, part.outcome().phase]).toEqual([0, "waiting"]);
});
