import { createRoot, createSignal } from "solid-js";
import { createStore } from "solid-js/store";
import { afterEach, expect, test, vi } from "vitest";
import { createActivity } from "../commands/activity";
import { alikeOf } from "../commands/texts";
import { undoMilliseconds } from "../commands/undo";
import { describeTorrents } from "../commands/targets";
import type { ConnectionState } from "../connection/connection";
import { CallFailure } from "../connection/session";
import type { DaemonState, Torrent } from "../protocol";
import { createCommands } from "./commands";
import type { NoticeAction, Notices } from "./notices";

/** Commands whose calls the test answers itself. */
function create() {
  const calls: {
    procedure: string;
    kwargs: object;
    answer: (result: object) => void;
    tell: (reason: string, command?: string) => void;
    fail: (uri: string) => void;
  }[] = [];
  const errors: string[] = [];
  const done: string[] = [];
  const offers: NoticeAction[] = [];
  const dismissed: number[] = [];
  const call = (procedure: string, kwargs: object, told: (progress: object) => void) =>
    new Promise<object>((resolve, reject) =>
      calls.push({
        procedure,
        kwargs,
        answer: resolve,
        tell: (reason, command) => told({ state: "pending", since: 1, reason, command }),
        fail: (uri) => reject(new CallFailure(uri, "The server's words.")),
      }),
    );
  const notices: Notices = {
    list: [],
    done: (text) => done.push(text),
    error: (text) => errors.push(text),
    offer: (_text, action) => offers.push(action),
    dismiss: (id) => dismissed.push(id),
  };
  const torrents = { a: { name: "Alpha" } as Torrent, b: { name: "Beta" } as Torrent };
  const user = () => "1";
  const [state, setState] = createSignal<ConnectionState>({ kind: "connected" });
  const [daemons, setDaemons] = createStore<Record<string, DaemonState>>({ main: { state: "up", since: 1 } });
  const connection = { call: call as never, state, user };
  const subjectOf = (hashes: readonly string[], count?: number) => describeTorrents(torrents, hashes, count);
  const [activity, commands] = createRoot(() => {
    const made = createActivity({
      url: "wss://host/ws",
      connection,
      daemons: { byName: daemons },
      notices,
      subjectOf,
    });
    return [made, createCommands(made, subjectOf)];
  });
  return { commands, activity, calls, errors, done, offers, dismissed, setState, setDaemons };
}

test("a torrent is marked until the answer comes", async () => {
  const { commands, calls, errors } = create();
  const stopped = commands.stop(["a", "b"]);
  expect(calls[0]).toMatchObject({ procedure: "torrent.stop", kwargs: { ids: ["a", "b"] } });
  for (const hash of ["a", "b"]) {
    expect(commands.state(hash)).toMatchObject({ title: "Stopping", state: "pending", remedy: undefined });
  }
  expect(commands.state("c")).toBeUndefined();
  calls[0]!.answer({});
  await stopped;
  expect(commands.state("a")).toBeUndefined();
  expect(errors).toEqual([]);
});

test("an error is told in the server's words, and stays with the torrent until the user has read it", async () => {
  const { activity, commands, calls, errors } = create();
  const moved = commands.setLocation(["a"], "/srv", true);
  expect(calls[0]!.kwargs).toEqual({ ids: ["a"], location: "/srv", move: true });
  calls[0]!.fail("torrent_ws.error.daemon_refused");
  await moved;
  expect(commands.state("a")).toMatchObject({
    state: "failed",
    message: "The server's words.",
    remedy: "See what the daemon objects to, and do it again.",
  });
  activity.forget(activity.list()[0]!);
  expect(commands.state("a")).toBeUndefined();
  expect(errors).toEqual(["Moving “Alpha” failed. The server's words."]);
});

test.each(["torrent_ws.error.outcome_unknown", "wamp.error.timeout"])(
  "%s is not called a failure",
  async (uri) => {
    const { commands, calls, errors } = create();
    const started = commands.start(["a", "b"]);
    calls[0]!.fail(uri);
    await started;
    expect(commands.state("b")?.state).toBe("unknown");
    expect(errors[0]).toContain("Starting 2 torrents: it is not known whether this was done");
  },
);

test("what is asked for without a connection is sent in its order when there is one", async () => {
  const { commands, calls, setState } = create();
  setState({ kind: "reconnecting", reason: "" });
  void commands.stop(["a"]);
  void commands.queue(["b"], "top");
  expect(calls).toEqual([]);
  expect(commands.state("a")).toMatchObject({ state: "waiting" });
  setState({ kind: "connected" });
  expect(calls.map(({ procedure }) => procedure)).toEqual(["torrent.stop", "torrent.queue_top"]);
  setState({ kind: "reconnecting", reason: "" });
  setState({ kind: "connected" });
  expect(calls).toHaveLength(2);
});

test("many torrents go in several calls, and only what failed is told", async () => {
  const { commands, calls, errors } = create();
  const hashes = Array.from({ length: 600 }, (_, index) => `${index}`);
  const stopped = commands.stop(hashes);
  expect(calls.map(({ kwargs }) => (kwargs as { ids: string[] }).ids.length)).toEqual([250, 250, 100]);
  calls[0]!.answer({});
  calls[1]!.answer({});
  calls[2]!.fail("torrent_ws.error.daemon_refused");
  await stopped;
  expect(errors).toEqual(["Stopping 100 torrents failed. The server's words."]);
  expect([commands.state("0"), commands.state("599")?.state]).toEqual([undefined, "failed"]);
});

test("torrents of several daemons are told to each of them", () => {
  const { commands, calls } = create();
  void commands.start(["one.aa", "two.bb", "one.cc"]);
  expect(calls.map(({ kwargs }) => kwargs)).toEqual([
    { daemon: "one", ids: ["aa", "cc"] },
    { daemon: "two", ids: ["bb"] },
  ]);
});

afterEach(() => vi.useRealTimers());

test("what the server says while a call waits is shown", () => {
  const { commands, calls } = create();
  void commands.stop(["a"]);
  calls[0]!.tell("the daemon does not answer");
  expect(commands.state("a")).toMatchObject({ state: "pending", message: "the daemon does not answer" });
});

test("what was not sent to a daemon that is down is sent when it is up", async () => {
  vi.useFakeTimers();
  const { commands, calls, setDaemons, errors } = create();
  void commands.stop(["a"]);
  setDaemons("main", "state", "down");
  void commands.stop(["b"]);
  calls[0]!.fail("torrent_ws.error.daemon_unreachable");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(calls).toHaveLength(1);
  expect(commands.state("a")).toMatchObject({ state: "waiting", message: "The server's words." });
  setDaemons("main", "state", "up");
  expect(calls.slice(1).map(({ kwargs }) => kwargs)).toEqual([{ ids: ["a"] }, { ids: ["b"] }]);
  expect(errors).toEqual([]);
});

test("a call says what its own daemon is up to, and nothing of another one", () => {
  const { activity, commands, setDaemons } = create();
  setDaemons({ main: { state: "up", since: 1 }, other: { state: "down", since: 1 } });
  void commands.start(["main.a", "other.b"]);
  expect(commands.state("main.a")).toMatchObject({ state: "pending", message: undefined });
  expect(commands.state("other.b")).toMatchObject({ message: "Waits until the daemon is up." });
  expect(["main", "other", undefined].map(activity.waitReason)).toEqual([
    "Waits for its turn.",
    "Waits until the daemon is up.",
    "Waits for its turn.",
  ]);
  expect(["main", "other", undefined].map(activity.stalledDaemon)).toEqual([undefined, "other", undefined]);
  expect(alikeOf(activity.list()[0]!.parts).map(({ daemon }) => daemon)).toEqual(["main", "other"]);
  setDaemons("other", "state", "up");
  expect(alikeOf(activity.list()[0]!.parts)).toHaveLength(2);
});

test("a removal waits for a while, and can be undone", async () => {
  vi.useFakeTimers();
  const { activity, commands, calls, offers } = create();
  void commands.remove(["a"], true);
  void commands.remove(["b"], false);
  expect(commands.state("a")).toMatchObject({ procedure: "torrent.remove", state: "waiting" });
  offers[0]!.run();
  expect(commands.state("a")).toBeUndefined();
  await vi.advanceTimersByTimeAsync(undoMilliseconds);
  expect(calls.map(({ kwargs }) => kwargs)).toEqual([{ ids: ["b"], "delete-local-data": false }]);
  void commands.remove(["a"], true);
  expect([activity.undo(), activity.undo()]).toEqual([true, false]);
  await vi.advanceTimersByTimeAsync(undoMilliseconds);
  expect(calls).toHaveLength(1);
});

test("a removal that is canceled before its time is over stays canceled, and is offered no more", async () => {
  vi.useFakeTimers();
  const { activity, commands, calls, offers, dismissed } = create();
  void commands.remove(["a"], true);
  const [command] = activity.list();
  activity.cancel(command!);
  expect(dismissed).toEqual([offers.length]);
  await vi.advanceTimersByTimeAsync(undoMilliseconds);
  expect([command!.phase, calls.length, activity.undo()]).toEqual(["canceled", 0, false]);
});

test("what failed is repeated, and nothing else of its command", async () => {
  const { activity, commands, calls } = create();
  const stopped = commands.stop(Array.from({ length: 500 }, (_, index) => `${index}`));
  const [command] = activity.list();
  calls[0]!.answer({});
  calls[1]!.fail("torrent_ws.error.outcome_unknown");
  await stopped;
  expect([command!.phase, command!.count("done"), command!.total]).toEqual(["unknown", 250, 500]);
  const repeated = activity.repeat(command!);
  expect(calls[2]!.kwargs).toEqual(calls[1]!.kwargs);
  calls[2]!.answer({});
  await repeated;
  expect([calls.length, command!.phase, activity.canRepeat(command!)]).toEqual([3, "done", false]);
});

test("what comes back when a later command for its torrents was sent has failed", async () => {
  const { activity, commands, calls, errors } = create();
  const stopped = commands.stop(["a"]);
  void commands.start(["a"]);
  calls[0]!.fail("torrent_ws.error.daemon_unreachable");
  await stopped;
  const [start, stop] = activity.list();
  expect([start!.phase, stop!.phase, activity.canRepeat(stop!)]).toEqual(["pending", "failed", true]);
  expect(errors[0]).toContain("Stopping “Alpha” failed. It was not done");
});

test("what became of a lost call is told by the name that the server gave it", async () => {
  const { activity, commands, calls } = create();
  const added = commands.run("torrent.add", { filename: "magnet:?xt=urn:btih:1", paused: false }, "Adding");
  calls[0]!.tell("The daemon does not answer.", "7");
  calls[0]!.fail(CallFailure.connectionLost);
  await expect(added).rejects.toThrow();
  expect(activity.list()[0]!.phase).toBe("unknown");
  const told = { procedure: "torrent.add", daemon: "main", ids: [], count: 0, since: 1 };
  activity.apply({ snapshot: true, commands: { 7: { ...told, state: "done" } }, removed: [] });
  expect(activity.list().map(({ phase }) => phase)).toEqual(["done"]);
});

test("what would be done twice is not repeated when nobody knows whether it was done", async () => {
  const { activity, commands, calls } = create();
  const moved = commands.queue(["a"], "up");
  calls[0]!.fail("torrent_ws.error.outcome_unknown");
  await moved;
  expect(activity.canRepeat(activity.list()[0]!)).toBe(false);
});

test("what was not sent can be canceled, and is no failure", async () => {
  const { activity, commands, calls, errors, setState } = create();
  setState({ kind: "reconnecting", reason: "" });
  const stopped = commands.stop(["a"]);
  activity.cancel(activity.list()[0]!);
  await stopped;
  setState({ kind: "connected" });
  expect([calls, errors, commands.state("a"), activity.list()[0]!.phase]).toEqual([
    [],
    [],
    undefined,
    "canceled",
  ]);
});
