import { createRoot } from "solid-js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { DetailEvent } from "../protocol";
import { createMagnet } from "./magnet";
import { defaultOptions } from "./options";

let page: EventTarget;

beforeEach(() => {
  page = new EventTarget();
  vi.stubGlobal("window", page);
});
afterEach(() => vi.unstubAllGlobals());

/** A magnet link's torrent, that is added already. */
async function open() {
  const calls: string[] = [];
  let tell!: (event: DetailEvent) => void;
  const commands = {
    run: async (procedure: string, kwargs: object) => {
      calls.push(procedure === "torrent.remove" ? `${procedure} ${JSON.stringify(kwargs)}` : procedure);
      return procedure === "torrent.add" ? { "torrent-added": { hashString: "a", name: "Alpha" } } : {};
    },
    start: async () => void calls.push("start"),
    startNow: async () => void calls.push("start now"),
    stop: async () => void calls.push("stop"),
  };
  const session = {
    subscribe: async (_topic: string, handler: typeof tell) => {
      tell = handler;
      return { end: () => {} };
    },
  };
  const application = {
    commands,
    connection: { session: () => session },
    daemons: { byName: { main: {} } },
    notices: { done: () => {}, error: () => {} },
  } as unknown as Parameters<typeof createMagnet>[0];
  const { magnet, close } = createRoot((close) => ({
    magnet: createMagnet(application, "magnet:?xt=urn:btih:1", defaultOptions, () => {}),
    close,
  }));
  await vi.waitFor(() => expect(calls).toEqual(["torrent.add", "start now"]));
  calls.length = 0;
  return { magnet, calls, close, tell: (event: object) => tell(event as DetailEvent) };
}

const removal = 'torrent.remove {"ids":["a"],"delete-local-data":true}';

test("what was not kept is removed when the page goes, once", async () => {
  const { calls, close } = await open();
  page.dispatchEvent(new Event("pagehide"));
  expect(calls).toEqual([removal]);
  close();
  expect(calls).toEqual([removal]);
});

test("what was kept stays when the page goes, and the page is heard no longer than the step lives", async () => {
  const kept = await open();
  expect(await kept.magnet.keep()).toBe(true);
  kept.calls.length = 0;
  const closed = await open();
  closed.close();
  page.dispatchEvent(new Event("pagehide"));
  expect([kept.calls, closed.calls]).toEqual([[], [removal]]);
});

test("files in too many folders are told, and the torrent is stopped all the same", async () => {
  const { magnet, calls, tell, close } = await open();
  const files = [{ name: "a/".repeat(100) + "a", length: 1 }];
  tell({ snapshot: true, metadataPercentComplete: 1, files });
  expect(magnet.content()).toBeUndefined();
  expect(magnet.failure()).toContain("too many folders");
  expect(calls).toEqual(["stop"]);
  close();
});
