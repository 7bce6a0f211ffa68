import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CallFailure, Session } from "./session";

interface Asked {
  resolve: (answer: object) => void;
  reject: (error: Error) => void;
}
const asked: Asked[] = [];

vi.mock("wampy", async (importOriginal) => {
  class FakeWampy {
    connect = () => Promise.resolve({ authid: 245, authrole: "user" });
    call = () => new Promise((resolve, reject) => asked.push({ resolve, reject }));
    abort = () => undefined;
  }
  return { ...(await importOriginal<object>()), Wampy: FakeWampy };
});

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterEach(() => {
  asked.length = 0;
  vi.useRealTimers();
});

const open = (enter = () => Promise.resolve(), signal = new AbortController().signal) =>
  Session.open({ url: "wss://site.org/wss/", realm: "torrents" }, enter, signal);

test("knows whose it is", async () => {
  expect((await open()).user).toBe("245");
});

test("an attempt ends with its signal, and a session does not", async () => {
  const attempt = new AbortController();
  const never = open(() => new Promise(() => undefined), attempt.signal);
  const opened = await open(undefined, attempt.signal);
  attempt.abort();
  await expect(never).rejects.toThrow("No connection");
  const answer = opened.call("session.get", { fields: [] });
  asked[0]!.resolve({ argsDict: { "download-dir": "/srv" } });
  expect(await answer).toEqual({ "download-dir": "/srv" });
});

test("nothing is kept of calls that were answered", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const session = await open();
  const callOnce = async () => {
    const answered = session.call("session.get", { fields: [] });
    asked.pop()!.resolve({ argsDict: { "download-dir": "/srv" } });
    return new WeakRef(await answered);
  };
  const answer = await callOnce();
  // A WeakRef keeps what it refers to until the end of this turn of the loop.
  await new Promise(setImmediate);
  collectGarbage();
  expect(answer.deref()).toBeUndefined();
  expect(session.silentMilliseconds).toBe(0);
});

test("calls that wait are lost with the session", async () => {
  const session = await open();
  const calls = [session.call("session.get", { fields: [] }), session.call("session.get", { fields: [] })];
  session.close();
  for (const call of calls) await expect(call).rejects.toMatchObject({ uri: CallFailure.connectionLost });
});

test("was heard when it last answered, not when it was last asked", async () => {
  const session = await open();
  const welcomedAt = Date.now();
  await vi.advanceTimersByTimeAsync(30_000);
  const probed = session.probe(8_000);
  expect(session.heardAt).toBe(welcomedAt);
  expect(session.silentMilliseconds).toBe(0);
  await vi.advanceTimersByTimeAsync(1_000);
  asked[0]!.resolve({});
  await probed;
  expect(session.heardAt).toBe(welcomedAt + 31_000);
});
