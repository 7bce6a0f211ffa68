import { createSignal } from "solid-js";
import type { SessionEvent } from "../protocol";

/** What the user may do: what he may not is not offered. The server decides all the same. */
export interface Permissions {
  /** Folders of the daemon, below which torrents may be put; empty: nobody may choose one. */
  roots(daemon: string): readonly string[];
  applySession(event: SessionEvent): void;
}

export function createPermissions(): Permissions {
  const [roots, setRoots] = createSignal<Readonly<Record<string, readonly string[]>>>({});
  return {
    roots: (daemon) => roots()[daemon] ?? [],
    applySession: ({ daemons }) =>
      setRoots((known) => {
        const told = Object.entries(daemons).map(([name, daemon]) => [
          name,
          daemon.roots ?? known[name] ?? [],
        ]);
        return { ...known, ...Object.fromEntries(told) };
      }),
  };
}
