import { expect, test } from "vitest";
import { CallFailure } from "../connection/session";
import type { ToldCommand } from "../protocol";
import { Command, Part } from "./command";
import { createFollower } from "./follower";
import { createJournal } from "./journal";

function create() {
  const journal = createJournal();
  const follower = createFollower(
    journal,
    () => false,
    (_hashes, count) => `${count} torrents`,
  );
  /** A call of this page. */
  const send = (...ids: string[]) => call("torrent.stop", { ids });
  const call = (procedure: string, kwargs: { ids?: string[] }) => {
    const command = new Command(procedure, "Stopping", "");
    const part = new Part(command, kwargs.ids ?? [], kwargs);
    command.parts.push(part);
    journal.add(command);
    part.become("pending");
    follower.sent(part);
    return part;
  };
  const lose = (part: Part) => {
    part.become("unknown", { error: CallFailure.connectionLost });
    follower.lost(part);
  };
  const tell = (snapshot: boolean, commands: Record<string, Partial<ToldCommand>>, removed: string[] = []) =>
    follower.apply({
      snapshot,
      removed,
      commands: Object.fromEntries(
        Object.entries(commands).map(([id, told]) => {
          const { ids = ["a"] } = told;
          const blank = { procedure: "torrent.stop", daemon: "main", since: 100, state: "pending" as const };
          return [id, { ...blank, ids, count: ids.length, ...told }];
        }),
      ),
    });
  const phases = () => journal.list().map((command) => command.phase);
  return { journal, send, call, name: follower.named, lose, tell, phases };
}

const refused = { state: "failed", error: "torrent_ws.error.daemon_refused", message: "no" } as const;

test("what another page asks for shows with its torrents until it is done", () => {
  const { journal, tell, phases } = create();
  tell(true, { 1: {} });
  expect(journal.latest("a")!.outcome().phase).toBe("pending");
  expect(journal.list()[0]).toMatchObject({ title: "Stopping", subject: "1 torrents" });
  tell(false, { 1: { state: "done" } });
  expect(journal.latest("a")).toBeUndefined();
  tell(false, { 2: refused });
  expect(journal.latest("a")!.outcome()).toMatchObject({ phase: "failed", message: "no" });
  tell(false, {}, ["1", "2"]);
  expect(phases()).toEqual(["failed", "done"]);
  tell(false, { 3: { state: "done" } });
  expect(journal.latest("a")).toBeUndefined();
});

test("a call of this page is not told twice", () => {
  const { journal, send, tell } = create();
  const part = send("a");
  part.become("failed", { message: "its own error" });
  tell(false, { 1: refused });
  expect(journal.list()).toHaveLength(1);
  expect(part.outcome().message).toBe("its own error");
  tell(false, { 2: refused });
  expect(journal.list()).toHaveLength(2);
});

test("what became of a call whose answer was lost is told when the page is back", () => {
  const { journal, send, lose, tell } = create();
  const named = send("a");
  tell(false, { 1: {} });
  const unnamed = send("b");
  const never = send("c");
  [named, unnamed, never].forEach(lose);
  tell(true, { 1: refused, 2: { ids: ["b"] } });
  expect([named, unnamed, never].map((part) => part.outcome().phase)).toEqual([
    "failed",
    "pending",
    "unknown",
  ]);
  tell(false, { 2: { ids: ["b"], state: "done" } });
  expect(journal.latest("b")).toBeUndefined();
  expect(journal.list()).toHaveLength(3);
});

test("ids of a server that was restarted are other commands, and what it forgot is unknown", () => {
  const { phases, tell } = create();
  tell(true, { 1: {}, 2: { ids: ["b"] } });
  tell(true, { 1: { since: 200, state: "done" } });
  expect(phases()).toEqual(["done", "unknown", "unknown"]);
});

test("a call of another page can be made again if all of its arguments are known", () => {
  const { journal, tell } = create();
  tell(true, { 1: refused, 2: { ...refused, procedure: "torrent.set" } });
  const [set, stop] = journal.list();
  expect(stop!.parts[0]!.kwargs).toEqual({ ids: ["a"] });
  expect(set!.parts[0]!.kwargs).toBeUndefined();
});

const add = { procedure: "torrent.add", ids: [] };

test("of calls that look alike, only one that the server named takes what is told", () => {
  const { call, name, lose, tell } = create();
  const [first, second] = [call("torrent.add", {}), call("torrent.add", {})];
  // Another page's came first.
  tell(false, { 1: add, 2: add, 3: add });
  name(second, "3", 100);
  [first, second].forEach(lose);
  tell(true, { 1: { ...add, state: "done" }, 2: { ...add, state: "done" }, 3: { ...add, ...refused } });
  expect([first, second].map((part) => part.outcome().phase)).toEqual(["unknown", "failed"]);
});

test("a call without torrents takes no other page's outcome", () => {
  const { call, lose, tell } = create();
  const part = call("torrent.add", {});
  lose(part);
  tell(true, { 1: { ...add, state: "done" } });
  expect(part.outcome().phase).toBe("unknown");
});

test("what the server names as this page's is not another page's", () => {
  const { journal, send, name, tell } = create();
  tell(false, { 1: {} });
  const part = send("a");
  expect(journal.list()).toHaveLength(2);
  name(part, "1", 100);
  expect(journal.list().flatMap(({ parts }) => parts)).toEqual([part]);
});

test("a call is known by those of its torrents that the server names", () => {
  const { journal, send, tell } = create();
  send("a", "b", "c");
  tell(false, { 1: { ids: ["a"], count: 2 }, 2: { ids: ["a"], count: 3 } });
  expect(journal.list().map(({ subject }) => subject)).toEqual(["2 torrents", ""]);
});
