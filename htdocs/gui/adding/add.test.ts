import { expect, test } from "vitest";
import { CallFailure } from "../connection/session";
import { addEntries } from "./add";
import { Entry } from "./entry";
import { defaultOptions } from "./options";

/** Adds links in a daemon whose answers the test gives: an object, or an error's URI. */
async function add(answers: (object | string)[], options = defaultOptions) {
  const calls: object[] = [];
  const told: string[] = [];
  const run = async (_procedure: string, kwargs: object) => {
    const answer = answers[calls.push(kwargs) - 1]!;
    if (typeof answer === "string") throw new CallFailure(answer, "The server's words.");
    return answer;
  };
  const entries = answers.map((_, number) => new Entry({ link: `http://host/${number}` }));
  const notices = { done: (text: string) => told.push(text), error: (text: string) => told.push(text) };
  await addEntries({ run: run as never }, notices, entries, options);
  return { calls, told, outcomes: entries.map(({ outcome }) => outcome()) };
}

test("each has its result, and new ones are told from known ones", async () => {
  const { outcomes, told } = await add([
    { "torrent-added": { name: "New" } },
    { "torrent-duplicate": { name: "Old" } },
    "torrent_ws.error.daemon_refused",
    "torrent_ws.error.outcome_unknown",
  ]);
  expect(outcomes).toMatchObject([
    { kind: "added" },
    { kind: "present" },
    { kind: "failed", message: "Adding http://host/2 failed. The server's words." },
    { kind: "failed", message: expect.stringContaining("it is not known whether this was done") },
  ]);
  expect(told).toEqual(["“Old” was in the list before", "Added “New”"]);
});

test("many are told by their number", async () => {
  const { told } = await add(Array.from({ length: 5 }, () => ({ "torrent-added": { name: "New" } })));
  expect(told).toEqual(["Added 5 torrents"]);
});

test("options are said where they differ from the daemon's own", async () => {
  const answer = { "torrent-added": { name: "New" } };
  expect((await add([answer])).calls).toEqual([{ filename: "http://host/0", paused: false }]);
  const options = { daemon: "one", folder: "/srv/a", labels: ["b"], isStarting: false, priority: 1 } as const;
  expect((await add([answer], options)).calls).toEqual([
    {
      filename: "http://host/0",
      paused: true,
      daemon: "one",
      "download-dir": "/srv/a",
      labels: ["b"],
      bandwidthPriority: 1,
    },
  ]);
});

test("labels that could not be set are told", async () => {
  const { outcomes, told } = await add([{ "torrent-added": { name: "New" }, "labels-error": "Too old." }]);
  expect(outcomes).toEqual([{ kind: "added" }]);
  expect(told[0]).toContain("has no labels. Too old.");
});
