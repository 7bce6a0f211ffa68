import { createSignal, type Accessor } from "solid-js";
import { createStore, reconcile, unwrap } from "solid-js/store";
import type { Daemon, DaemonStateName, SessionEvent, TorrentsEvent, Totals } from "../protocol";

/** How many torrents each daemon has. */
type Sizes = Readonly<Record<string, number | undefined>>;

/** What is known of the daemons behind the list. */
export interface Daemons {
  byName: Readonly<Record<string, Daemon>>;
  /** The names of those that are not up. */
  troubled(): string[];
  /** The worst state of all; undefined before anything is known. */
  worst(): DaemonStateName | undefined;
  /** Folders below which torrents of the daemon may be put; empty: nobody may choose one. */
  roots(name: string): readonly string[];
  totals: Accessor<Totals>;
  /** How many torrents each has, as far as that is known; undefined before it is known which daemons there are. */
  sizes: Accessor<Sizes | undefined>;
  applyTorrents(event: TorrentsEvent): void;
  /** `isFirst`: of a session; it has all daemons. */
  applySession(event: SessionEvent, isFirst: boolean): void;
}

const byTrouble: DaemonStateName[] = ["down", "busy", "up"];

export function createDaemons(): Daemons {
  const [byName, setByName] = createStore<Record<string, Daemon>>({});
  const [totals, setTotals] = createSignal<Totals>({ downloadSpeed: 0, uploadSpeed: 0 });
  const [sizes, setSizes] = createSignal<Sizes | undefined>(undefined, { equals: isSame });
  /** Replaces daemons; only what differs is news to who looks. */
  const put = (daemons: Record<string, Daemon>, areAll = false) =>
    setByName(reconcile(areAll ? daemons : { ...unwrap(byName), ...daemons }));
  return {
    byName,
    troubled: () => Object.keys(byName).filter((name) => byName[name]!.state !== "up"),
    worst: () => {
      const states = Object.values(byName).map((daemon) => daemon.state);
      return byTrouble.find((state) => states.includes(state));
    },
    roots: (name) => byName[name]?.roots ?? [],
    totals,
    sizes,
    applyTorrents: (event) => {
      if (event.daemons) {
        // What the topic `session` told besides stays.
        const told = Object.entries(event.daemons).map(([name, { reason, ...state }]) => [
          name,
          { ...byName[name], ...state, reason },
        ]);
        put(Object.fromEntries(told) as Record<string, Daemon>);
      }
      if (event.session) setTotals((previous) => ({ ...previous, ...event.session }));
    },
    applySession: (event, isFirst) => {
      // Of the statistics, which change each second, only the sizes are shown.
      const daemons = Object.entries(event.daemons).map(
        ([name, { roots = byName[name]?.roots, stats: _, ...daemon }]) => [name, { ...daemon, roots }],
      );
      put(Object.fromEntries(daemons) as Record<string, Daemon>, isFirst);
      setSizes((known) => {
        const told = Object.entries(event.daemons).map(([name, { stats }]) => [
          name,
          stats?.torrentCount ?? known?.[name],
        ]);
        return { ...(isFirst ? {} : known), ...Object.fromEntries(told) };
      });
    },
  };
}

function isSame(left: Sizes | undefined, right: Sizes | undefined): boolean {
  if (!left || !right) return left === right;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => name in right && left[name] === right[name])
  );
}
