import { createSignal } from "solid-js";
import type { SessionEvent } from "../protocol";
import type { Connection } from "./connection";

/** What the user may do: what he may not is not offered. The server decides all the same. */
export interface Permissions {
  /** Whether he may change the daemons' settings, or end them. */
  isAdmin(): boolean;
  /** Folders of the daemon, below which torrents may be put; empty: nobody may choose one. */
  roots(daemon: string): readonly string[];
  applySession(event: SessionEvent): void;
}

export function createPermissions(connection: Pick<Connection, "role">): Permissions {
  const [roots, setRoots] = createSignal<Readonly<Record<string, readonly string[]>>>({});
  return {
    isAdmin: () => connection.role() === "admin",
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
