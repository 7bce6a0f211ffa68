import { createComponent, createRoot, createSignal } from "solid-js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Application, ApplicationContext } from "../application";
import { createFreeSpace } from "./free-space";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a folder's space is asked for when it is written, and is of no other one", async () => {
  const asked: string[] = [];
  const call = async (_procedure: string, { path }: { path: string }) => {
    asked.push(path);
    return { path, "size-bytes": path.length };
  };
  const application = { connection: { session: () => ({ call }) } };
  const [folder, setFolder] = createSignal("/srv");
  let free!: ReturnType<typeof createFreeSpace>;
  const Component = () => {
    free = createFreeSpace(
      folder,
      () => ["/srv"],
      () => undefined,
    );
    return undefined;
  };
  createRoot(() =>
    createComponent(ApplicationContext.Provider, {
      value: application as unknown as Application,
      get children() {
        return createComponent(Component, {});
      },
    }),
  );
  await vi.advanceTimersByTimeAsync(1_000);
  expect([asked, free()]).toEqual([["/srv"], 4]);
  for (const typed of ["/srv/", "/srv/a", "/srv/ab"]) {
    setFolder(typed);
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(free()).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1_000);
  expect([asked, free()]).toEqual([["/srv", "/srv/ab"], 7]);
});
