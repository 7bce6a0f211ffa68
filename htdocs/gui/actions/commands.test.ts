import { createRoot } from "solid-js";
import { expect, test } from "vitest";
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
  const done: string[] = [];
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
    done: (text) => done.push(text),
    error: (text) => errors.push(text),
    dismiss: () => {},
  };
  const torrents = { all: () => ({ a: { name: "Alpha" } as Torrent, b: { name: "Beta" } as Torrent }) };
  const commands = createRoot(() => createCommands({ call: call as never }, torrents, notices));
  return { commands, calls, errors, done };
}

test("a torrent is marked until the answer comes", async () => {
  const { commands, calls, errors } = create();
  const stopped = commands.stop(["a", "b"]);
  expect(calls[0]).toMatchObject({ procedure: "torrent.stop", kwargs: { ids: ["a", "b"] } });
  expect([commands.pending("a"), commands.pending("b"), commands.pending("c")]).toEqual([
    "stop",
    "stop",
    undefined,
  ]);
  calls[0]!.answer({});
  await stopped;
  expect(commands.pending("a")).toBeUndefined();
  expect(errors).toEqual([]);
});

test("an error clears the mark and is told in the server's words", async () => {
  const { commands, calls, errors } = create();
  const removed = commands.remove(["a"], true);
  expect(calls[0]!.kwargs).toEqual({ ids: ["a"], "delete-local-data": true });
  calls[0]!.fail("torrent_ws.error.daemon_refused");
  await removed;
  expect(commands.pending("a")).toBeUndefined();
  expect(errors).toEqual(["Removing “Alpha” failed. The server's words."]);
});

test.each(["torrent_ws.error.outcome_unknown", "wamp.error.timeout", CallFailure.connectionLost])(
  "%s is not called a failure",
  async (uri) => {
    const { commands, calls, errors } = create();
    const started = commands.start(["a", "b"]);
    calls[0]!.fail(uri);
    await started;
    expect(errors[0]).toContain("Starting 2 torrents: it is not known whether this was done");
  },
);

test("adding tells new from known, and gives back what failed", async () => {
  const { commands, calls, done } = create();
  const link = "magnet:?xt=urn:btih:00";
  const outcomes = [1, 2, 3].map(() => commands.add({ link }, true));
  expect(calls[0]).toMatchObject({ procedure: "torrent.add", kwargs: { filename: link, paused: true } });
  calls[0]!.answer({ "torrent-added": { name: "New" } });
  calls[1]!.answer({ "torrent-duplicate": { name: "Old" } });
  calls[2]!.fail("wamp.error.invalid_argument");
  expect(await Promise.all(outcomes)).toEqual([
    undefined,
    undefined,
    `Adding ${link} failed. The server's words.`,
  ]);
  expect(done).toEqual(["Added “New”", "“Old” was in the list before"]);
});
