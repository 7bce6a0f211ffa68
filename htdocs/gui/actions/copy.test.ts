import { afterEach, expect, test, vi } from "vitest";
import type { ActionParts } from "./actions";
import { copyActions } from "./copy";

afterEach(() => vi.unstubAllGlobals());

test("lines are in the order of the torrents, however the daemon answers", async () => {
  const write = vi.fn((_items: { content: { "text/plain": Promise<string> } }[]) => Promise.resolve());
  vi.stubGlobal("navigator", { clipboard: { write } });
  vi.stubGlobal(
    "ClipboardItem",
    class {
      constructor(readonly content: object) {}
    },
  );
  const torrents = ["b", "a"].map((hashString) => ({ hashString, name: hashString.toUpperCase() }));
  const parts = {
    connection: { call: () => Promise.resolve({ torrents }) },
    notices: { done: () => {} },
    selection: { act: (run: (hashes: readonly string[]) => void) => run(["a", "gone", "b"]) },
  } as unknown as ActionParts;
  copyActions(parts)[0]!.run();
  expect(await write.mock.calls[0]![0][0]!.content["text/plain"]).toBe("A\nB");
});
