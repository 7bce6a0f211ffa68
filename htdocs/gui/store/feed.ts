import { type Accessor, batch, createSignal } from "solid-js";
import type { CallFailure, Session, Subscription } from "../connection/session";
import type { TorrentsEvent, WindowEvent, WindowFacet, WindowRequest } from "../protocol";

/** What the page can be told of the list: all of it, or a window. */
export type ListPart = "whole" | WindowRequest;

/** WindowCounts, with 0 for the values that nobody has of late. */
export type KnownCounts = { total: number; matching: number } & {
  [Facet in WindowFacet]: ReadonlyMap<string, number>;
};

/** A window of the list, besides its torrents. */
export interface WindowState {
  request: WindowRequest;
  /** The hashes of the range, and where in the list it begins. */
  order: readonly string[];
  offset: number;
  counts: Readonly<KnownCounts>;
}

/**
 * Keeps the page subscribed to the part of the list that it wants. Another part is subscribed before the
 * former one is left, and takes its place with its first event: rows never vanish. One at a time, so a list
 * that is scrolled fast asks for no more than what the server can give.
 */
export interface ListFeed {
  /** The window that the store has; undefined while it has the whole list, or nothing. */
  window: Accessor<WindowState | undefined>;
  want(part: ListPart): void;
  /** Goes on in a new session. */
  enter(session: Pick<Session, "subscribe">): void;
}

interface FeedHandlers {
  /** Takes an event into the store; false: one before it was missed. */
  apply: (event: TorrentsEvent) => boolean;
  /** Of the last event in the store; undefined while it has nothing that is whole. */
  revision: () => number | undefined;
  /** The server refused the part; `isKept`: for good, and the former one stays. */
  refused: (failure: CallFailure, isKept: boolean) => void;
}

interface Subscribed {
  part: ListPart;
  subscription: Promise<Subscription>;
}

/** The same would be refused again. */
const forGood = "wamp.error.invalid_argument";

const none: ReadonlyMap<string, number> = new Map();
const noCounts: KnownCounts = {
  total: 0,
  matching: 0,
  status: none,
  labels: none,
  trackers: none,
  folders: none,
  owners: none,
};

export function createListFeed({ apply, revision, refused }: FeedHandlers): ListFeed {
  const [window, setWindow] = createSignal<WindowState>();
  let session: Pick<Session, "subscribe"> | undefined;
  let wanted: ListPart | undefined;
  let current: Subscribed | undefined;
  let next: Subscribed | undefined;
  let refusedPart: ListPart | undefined;

  const end = (former: Subscribed | undefined) => {
    former?.subscription.then(
      (subscription) => subscription.end(),
      () => undefined,
    );
  };

  const advance = () => {
    if (!session || !wanted || next || (current && isSamePart(current.part, wanted))) return;
    if (refusedPart && isSamePart(refusedPart, wanted)) return;
    const part = wanted;
    const subscribed: Subscribed = {
      part,
      subscription:
        part === "whole"
          ? session.subscribe<TorrentsEvent>("torrents", (event) => receive(subscribed, event), {
              _format: "table",
              // Who has the whole list is sent what changed since.
              _revision: window() ? undefined : revision(),
            })
          : session.subscribe<WindowEvent>("torrents.window", (event) => receive(subscribed, event), {
              _format: "table",
              _window: part,
            }),
    };
    next = subscribed;
    subscribed.subscription.catch((failure: CallFailure) => {
      if (next !== subscribed) return;
      const isKept = current !== undefined && failure.uri === forGood;
      if (isKept) {
        next = undefined;
        refusedPart = part;
        advance();
      }
      refused(failure, isKept);
    });
  };

  const receive = (from: Subscribed, event: TorrentsEvent | WindowEvent) => {
    if (from === next) {
      const { counts } = event as WindowEvent;
      if (from.part !== "whole" && counts?.matching && from.part.offset >= counts.matching) {
        // The list has become shorter than where it was looked at: its end is shown instead.
        wanted = { ...from.part, offset: Math.max(0, counts.matching - from.part.limit) };
        end(from);
      } else {
        end(current);
        current = from;
      }
      next = undefined;
      advance();
    }
    if (from !== current) return;
    batch(() => {
      if (!apply(event)) return;
      if (from.part === "whole") setWindow(undefined);
      else setWindow(followWindow(window(), from.part, event));
    });
  };

  return {
    window,
    want: (part) => {
      wanted = part;
      advance();
    },
    enter: (entered) => {
      session = entered;
      current = next = refusedPart = undefined;
      advance();
    },
  };
}

/** The window after an event; the same object if the event changes only torrents. */
function followWindow(
  before: WindowState | undefined,
  request: WindowRequest,
  { snapshot, order, offset, counts }: WindowEvent,
): WindowState | undefined {
  if (!order && !counts) return before;
  const known = snapshot ? undefined : before;
  const knownCounts = known?.counts ?? noCounts;
  const follow = (facet: WindowFacet) =>
    followCounts(before?.counts[facet] ?? none, counts?.[facet], snapshot);
  return {
    request,
    order: order ?? known?.order ?? [],
    offset: offset ?? known?.offset ?? request.offset,
    counts: {
      total: counts?.total ?? knownCounts.total,
      matching: counts?.matching ?? knownCounts.matching,
      status: follow("status"),
      labels: follow("labels"),
      trackers: follow("trackers"),
      folders: follow("folders"),
      owners: follow("owners"),
    },
  };
}

/** `told`: those that changed, or in a snapshot all that are not 0. */
function followCounts(
  before: ReadonlyMap<string, number>,
  told: Readonly<Record<string, number>> | undefined,
  isSnapshot: boolean,
): ReadonlyMap<string, number> {
  if (!told && !isSnapshot) return before;
  const counts = new Map(before);
  if (isSnapshot) for (const value of counts.keys()) counts.set(value, 0);
  for (const [value, count] of Object.entries(told ?? {})) counts.set(value, count);
  return counts;
}

function isSamePart(left: ListPart, right: ListPart): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
