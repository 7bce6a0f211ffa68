import { createEffect, createRoot } from "solid-js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CallFailure, type Session, type Subscription } from "../connection/session";
import type { PreferencesEvent } from "../protocol";
import { createPreferences } from "./preferences";
import type { CopiedPreferences } from "./preferences-copy";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A session whose events and answers the test makes itself. */
class FakeSession {
  readonly calls: { preferences: object; answer: () => void; fail: (uri: string) => void }[] = [];
  event!: (event: PreferencesEvent) => void;
  refuse!: (uri: string) => void;

  constructor(readonly user = "1") {}

  subscribe = <Event>(_topic: string, handler: (event: Event) => void) =>
    new Promise<Subscription>((_resolve, reject) => {
      this.event = (event) => handler(event as Event);
      this.refuse = (uri) => reject(new CallFailure(uri, ""));
    });

  call = ((_procedure: string, { preferences }: { preferences: object }) =>
    new Promise((resolve, reject) => {
      this.calls.push({
        preferences,
        answer: () => resolve({}),
        fail: (uri) => reject(new CallFailure(uri, "")),
      });
    })) as Session["call"];

  get saved() {
    return this.calls.map(({ preferences }) => preferences);
  }
}

function create(copied: CopiedPreferences = { values: {}, unsaved: [] }, pageUser: string | null = "1") {
  const user = pageUser ?? undefined;
  const browser = { copied: { user, ...copied }, changed: (_copied: CopiedPreferences) => {} };
  const preferences = createPreferences({
    user,
    read: () => browser.copied,
    write: (written) => (browser.copied = JSON.parse(JSON.stringify(written)) as typeof browser.copied),
    follow: (changed) => (browser.changed = changed),
  });
  const session = new FakeSession();
  return { preferences, session, browser };
}

const settle = () => vi.advanceTimersByTimeAsync(0);
const wait = () => vi.advanceTimersByTimeAsync(60_000);

test("the copy is there before the server answers, whose values then count", async () => {
  const { preferences, session, browser } = create({
    values: { theme: "dark", columns: [{ id: "name" }] },
    unsaved: [],
  });
  expect(preferences.get("theme")).toBe("dark");
  expect(preferences.isLoaded()).toBe(false);

  preferences.enter(session);
  session.event({ snapshot: true, preferences: { theme: "light" } });
  expect(preferences.isLoaded()).toBe(true);
  expect(preferences.get("theme")).toBe("light");
  expect(preferences.get("columns")).toBeUndefined();
  expect(browser.copied).toEqual({ user: "1", values: { theme: "light" }, unsaved: [] });
  await wait();
  expect(session.saved).toEqual([]);
});

test("a choice shows at once, and what follows soon is saved with it", async () => {
  const { preferences, session, browser } = create();
  preferences.enter(session);
  preferences.set("theme", "light");
  preferences.set("theme", "dark");
  preferences.set("columns", undefined);
  expect(preferences.get("theme")).toBe("dark");
  expect(session.saved).toEqual([]);

  await vi.advanceTimersByTimeAsync(500);
  expect(session.saved).toEqual([{ theme: "dark", columns: null }]);
  expect(browser.copied.unsaved).toEqual(["theme", "columns"]);
  session.calls[0]!.answer();
  await settle();
  expect(browser.copied).toEqual({ user: "1", values: { theme: "dark" }, unsaved: [] });
  await wait();
  expect(session.calls).toHaveLength(1);
});

test("only the value that is read is followed", () => {
  const { preferences, session } = create();
  preferences.enter(session);
  const seen: unknown[] = [];
  createRoot(() => createEffect(() => seen.push(preferences.get("columns"))));
  preferences.set("theme", "dark");
  preferences.set("columns", [{ id: "name", width: 90 }]);
  session.event({ snapshot: false, preferences: { columns: [{ id: "name", width: 90 }] } });
  expect(seen).toEqual([undefined, [{ id: "name", width: 90 }]]);
});

test("what another page changed shows, unless it was changed here too", async () => {
  const { preferences, session } = create();
  preferences.enter(session);
  preferences.set("theme", "dark");
  session.event({ snapshot: false, preferences: { theme: "light", columns: [] } });
  expect(preferences.get("theme")).toBe("dark");
  expect(preferences.get("columns")).toEqual([]);

  preferences.flush();
  session.event({ snapshot: false, preferences: { theme: "light" } });
  expect(preferences.get("theme")).toBe("dark");
  session.calls[0]!.answer();
  await settle();
  session.event({ snapshot: false, preferences: { theme: null } });
  expect(preferences.get("theme")).toBeUndefined();
});

test("what was not saved before the connection was lost is saved in the next session", async () => {
  const { preferences, session } = create();
  preferences.enter(session);
  preferences.set("theme", "dark");
  preferences.flush();
  session.calls[0]!.fail(CallFailure.connectionLost);
  await settle();
  preferences.set("sorting", []);

  const next = new FakeSession();
  preferences.enter(next);
  expect(next.saved).toEqual([{ sorting: [], theme: "dark" }]);
  next.event({ snapshot: true, preferences: { theme: "light" } });
  expect(preferences.get("theme")).toBe("dark");
});

test("what was not saved before the page was closed is saved by the next one", () => {
  const { preferences, session } = create({ values: { theme: "dark" }, unsaved: ["theme", "columns"] });
  preferences.enter(session);
  expect(session.saved).toEqual([{ theme: "dark", columns: null }]);
});

test("saves one after the other", async () => {
  const { preferences, session } = create();
  preferences.enter(session);
  preferences.set("theme", "dark");
  preferences.flush();
  preferences.set("theme", "light");
  preferences.flush();
  expect(session.saved).toEqual([{ theme: "dark" }]);
  session.calls[0]!.answer();
  await vi.advanceTimersByTimeAsync(500);
  expect(session.saved).toEqual([{ theme: "dark" }, { theme: "light" }]);
});

test("a database that fails is asked again", async () => {
  const { preferences, session } = create();
  preferences.enter(session);
  preferences.set("theme", "dark");
  preferences.flush();
  session.calls[0]!.fail("torrent_ws.error.database_unavailable");
  await settle();
  preferences.set("columns", []);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(session.saved).toEqual([{ theme: "dark" }, { columns: [], theme: "dark" }]);
});

test("a value that is refused does not hold up the others, and waits for another one", async () => {
  const { preferences, session, browser } = create();
  preferences.enter(session);
  preferences.set("columns", []);
  preferences.set("theme", "dark");
  preferences.flush();
  const answer = async (uri?: string) => {
    const { fail, answer } = session.calls.at(-1)!;
    if (uri) fail(uri);
    else answer();
    await vi.advanceTimersByTimeAsync(1000);
  };
  await answer("wamp.error.invalid_argument");
  await answer("wamp.error.invalid_argument");
  await answer();
  await wait();
  const apart = [{ columns: [], theme: "dark" }, { columns: [] }, { theme: "dark" }];
  expect(session.saved).toEqual(apart);
  expect(browser.copied.unsaved).toEqual(["columns"]);

  const next = new FakeSession();
  preferences.enter(next);
  next.event({ snapshot: true, preferences: { theme: "dark" } });
  expect(preferences.get("columns")).toEqual([]);
  preferences.set("theme", "light");
  preferences.flush();
  next.calls[0]!.answer();
  await settle();
  preferences.set("columns", [{ id: "name" }]);
  preferences.flush();
  expect(next.saved).toEqual([{ theme: "light" }, { columns: [{ id: "name" }] }]);
  next.calls[1]!.answer();
  await settle();
  expect(browser.copied.unsaved).toEqual([]);
});

test("where the server keeps none the browser does", async () => {
  const { preferences, session, browser } = create();
  preferences.enter(session);
  session.refuse("torrent_ws.error.not_supported");
  await settle();
  expect(preferences.isLoaded()).toBe(true);
  preferences.set("theme", "dark");
  preferences.flush();
  session.calls[0]!.fail("torrent_ws.error.not_supported");
  await wait();
  expect(session.calls).toHaveLength(1);
  expect(create(browser.copied).preferences.get("theme")).toBe("dark");
});

test("what another page of this browser chose shows without the server", () => {
  const { preferences, browser } = create({ values: { columns: [] }, unsaved: [] });
  browser.changed({ user: "1", values: { theme: "light" }, unsaved: [] });
  expect(preferences.get("theme")).toBe("light");
  expect(preferences.get("columns")).toBeUndefined();
});

const another = { user: "2", values: { theme: "dark", columns: [] }, unsaved: ["theme"] };

test("the copy of another user is forgotten, and not saved, as soon as that is known", async () => {
  const { preferences, session, browser } = create(another, null);
  preferences.set("columns", [{ id: "size" }]);
  expect(browser.copied).toEqual(another);
  preferences.enter(session);
  expect(preferences.get("theme")).toBeUndefined();
  expect(session.saved).toEqual([{ columns: [{ id: "size" }] }]);
  session.calls[0]!.answer();
  await settle();
  expect(browser.copied).toEqual({ user: "1", values: { columns: [{ id: "size" }] }, unsaved: [] });
});

test("what a page of another user writes is not taken", () => {
  const { preferences, session, browser } = create(undefined, null);
  browser.changed(another);
  preferences.enter(session);
  browser.changed(another);
  expect(preferences.get("theme")).toBeUndefined();
});
