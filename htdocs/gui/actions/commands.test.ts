import { createRoot, createSignal } from "solid-js";
import { expect, test } from "vitest";
import type { ConnectionState } from "../connection/connection";
import { CallFailure } from "../connection/session";
import type { Torrent } from "../protocol";
import { createCommands } from "./commands";
import type { Notices } from "./notices";

/** Commands whose calls the test answers itself. */
function create() {
  const calls: {
    procedure: string;
    kwargs: object;
    answer: (result: object) => void;
    fail: (uri: string) => void;
  }[] = [];
  const errors: string[] = [];
  const call = (procedure: string, kwargs: object) =>
    new Promise<object>((resolve, reject) =>
      calls.push({
        procedure,
        kwargs,
        answer: resolve,
        fail: (uri) => reject(new CallFailure(uri, "The server's words.")),
      }),
    );
  const notices: Notices = {
    list: [],
    done: () => {},
    error: (text) => errors.push(text),
    dismiss: () => {},
  };
  const torrents = { all: () => ({ a: { name: "Alpha" } as Torrent, b: { name: "Beta" } as Torrent }) };
  const [state, setState] = createSignal<ConnectionState>({ kind: "connected" });
  const daemons = { byName: { main: { state: "up", since: 1 } as const } };
  const connection = { call: call as never, state };
  const commands = createRoot(() => createCommands(connection, daemons, torrents, notices));
  return { commands, calls, errors, setState };
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
  const { commands, calls, errors } = create();
  const removed = commands.remove(["a"], true);
  expect(calls[0]!.kwargs).toEqual({ ids: ["a"], "delete-local-data": true });
  calls[0]!.fail("torrent_ws.error.daemon_refused");
  await removed;
  expect(commands.state("a")).toMatchObject({
    state: "failed",
    message: "The server's words.",
    remedy: "See what the daemon objects to, and do it again.",
  });
  commands.dismiss("a");
  expect(commands.state("a")).toBeUndefined();
  expect(errors).toEqual(["Removing “Alpha” failed. The server's words."]);
});

test.each(["torrent_ws.error.outcome_unknown", "wamp.error.timeout", CallFailure.connectionLost])(
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
