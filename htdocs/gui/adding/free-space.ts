import { type Accessor, createMemo } from "solid-js";
import { folderProblem } from "../dialogs/folders";
import { createDebounced } from "../timing";
import { createAnswer } from "./answer";

const restMilliseconds = 150;

/** Bytes that a folder has room for; undefined while that is not known, and where there is no such folder yet. */
export function createFreeSpace(
  folder: Accessor<string | undefined>,
  roots: Accessor<readonly string[]>,
  daemon: Accessor<string | undefined>,
): Accessor<number | undefined> {
  // A folder is typed.
  const rested = createDebounced(createMemo(folder), restMilliseconds);
  const answer = createAnswer((call) => {
    const path = rested();
    if (path === undefined || folderProblem(path, roots()) !== "") return undefined;
    const of = daemon() === undefined ? {} : { daemon: daemon() };
    return call("free_space", { path, ...of });
  });
  return () => {
    const { path, "size-bytes": bytes = -1 } = answer() ?? {};
    return path === folder() && bytes >= 0 ? bytes : undefined;
  };
}
