import { describe, expect, test, vi } from "vitest";
import { CallFailure, type Subscription } from "../connection/session";
import type { TorrentsEvent, WindowEvent, WindowFacet, WindowRequest } from "../protocol";
import { createListFeed } from "./feed";

function part(offset: number, limit = 50): WindowRequest {
  return { filter: {}, sort: [["name", "asc"]], offset, limit, fields: ["name"] };
}

const counts = { total: 500, matching: 500, status: { all: 500, stopped: 3 } };

function windowSnapshot(order: string[], changes: Partial<WindowEvent> = {}): WindowEvent {
  return { revision: 1, snapshot: true, torrents: {}, removed: [], order, counts, ...changes };
}

/** Counts of facets as the window has them. */
function maps(told: Partial<Record<WindowFacet, Record<string, number>>>) {
  const facets: WindowFacet[] = ["status", "labels", "trackers", "folders", "owners"];
  return Object.fromEntries(facets.map((facet) => [facet, new Map(Object.entries(told[facet] ?? {}))]));
}

/** A session whose events the test makes itself. */
class FakeSession {
  readonly subscriptions: {
    topic: string;
    options: Record<string, unknown>;
    send: (event: object) => void;
    refuse: (failure: CallFailure) => void;
    isEnded: boolean;
  }[] = [];

  subscribe = <Event>(
    topic: string,
    handler: (event: Event) => void,
    options: Record<string, unknown> = {},
  ): Promise<Subscription> =>
    new Promise((resolve, reject) => {
      const index = this.subscriptions.length;
      this.subscriptions.push({
        topic,
        options,
        send: (event) => {
          resolve({ end: () => (this.subscriptions[index]!.isEnded = true) });
          handler(event as Event);
        },
        refuse: reject,
        isEnded: false,
      });
    });

  /** What each subscription that has not ended is of. */
  get open(): unknown[] {
    return this.subscriptions
      .filter(({ isEnded }) => !isEnded)
      .map(({ topic, options }) => (topic === "torrents" ? "whole" : options._window));
  }

  get last() {
    return this.subscriptions.at(-1)!;
  }
}

function create() {
  const applied: TorrentsEvent[] = [];
  const apply = vi.fn((event: TorrentsEvent) => applied.push(event) > 0);
  const refused = vi.fn();
  const revision = () => applied.at(-1)?.revision;
  const feed = createListFeed({ apply, revision, refused });
  const session = new FakeSession();
  feed.enter(session);
  return { feed, session, apply, applied, refused };
}

test("nothing is subscribed before something is wanted", () => {
  const { feed, session } = create();
  expect(session.open).toEqual([]);
  feed.want("whole");
  expect(session.last).toMatchObject({ topic: "torrents", options: { _format: "table" } });
  feed.want("whole");
  expect(session.subscriptions).toHaveLength(1);
});

test("a window is told with its place and counts, and follows its events", () => {
  const { feed, session, applied } = create();
  feed.want(part(0));
  session.last.send(windowSnapshot(["a", "b"], { offset: 0 }));
  expect(feed.window()).toMatchObject({ request: part(0), order: ["a", "b"], offset: 0 });
  expect(feed.window()!.counts).toEqual({ total: 500, matching: 500, ...maps({ status: counts.status }) });
  const delta = { revision: 2, snapshot: false, torrents: { a: { eta: 5 } }, removed: [] };
  const before = feed.window();
  session.last.send(delta);
  expect(feed.window()).toBe(before);
  session.last.send({ ...delta, revision: 3, order: ["b", "c"], offset: 0 });
  session.last.send({ ...delta, revision: 4, counts: { matching: 499, status: { stopped: 0, queued: 1 } } });
  expect(feed.window()).toMatchObject({
    order: ["b", "c"],
    counts: { total: 500, matching: 499, ...maps({ status: { all: 500, stopped: 0, queued: 1 } }) },
  });
  session.last.send(
    windowSnapshot(["d"], {
      offset: 0,
      counts: { total: 1, matching: 1, status: { all: 1 }, labels: { x: 1 }, owners: { "7": 1 } },
    }),
  );
  // Values that were told stay known.
  expect(feed.window()!.counts).toEqual({
    total: 1,
    matching: 1,
    ...maps({ status: { all: 1, stopped: 0, queued: 0 }, labels: { x: 1 }, owners: { "7": 1 } }),
  });
  expect(applied).toHaveLength(5);
});

test("the former window is left when the next one is there, and not before", async () => {
  const { feed, session, apply } = create();
  feed.want(part(0));
  const [former] = session.subscriptions;
  former!.send(windowSnapshot(["a"]));
  feed.want(part(50));
  expect(session.open).toEqual([part(0), part(50)]);
  former!.send({ revision: 2, snapshot: false, torrents: { a: { eta: 1 } }, removed: [] });
  expect(feed.window()!.order).toEqual(["a"]);
  expect(apply).toHaveBeenCalledTimes(2);
  session.last.send(windowSnapshot(["b"], { offset: 50 }));
  expect(feed.window()).toMatchObject({ order: ["b"], offset: 50 });
  await vi.waitFor(() => expect(session.open).toEqual([part(50)]));
  former!.send({ revision: 9, snapshot: false, torrents: {}, removed: ["b"] });
  expect(apply).toHaveBeenCalledTimes(3);
});

test("of all that was wanted meanwhile only the last is asked for", () => {
  const { feed, session } = create();
  for (const offset of [0, 50, 100, 150]) feed.want(part(offset));
  expect(session.open).toEqual([part(0)]);
  session.last.send(windowSnapshot(["a"]));
  expect(session.open).toEqual([part(0), part(150)]);
});

test("a range behind the end of the list becomes one that ends with it; what is shown stays until then", async () => {
  const { feed, session } = create();
  feed.want(part(450));
  session.last.send(windowSnapshot(["a"], { offset: 450 }));
  const filtered = { ...part(450), filter: { search: "x" } };
  feed.want(filtered);
  session.last.send(windowSnapshot([], { offset: 450, counts: { ...counts, matching: 70 } }));
  expect(feed.window()!.order).toEqual(["a"]);
  session.last.send(windowSnapshot(["b"], { offset: 20, counts: { ...counts, matching: 70 } }));
  expect(feed.window()).toMatchObject({ request: { ...filtered, offset: 20 }, order: ["b"] });
  await vi.waitFor(() => expect(session.open).toEqual([{ ...filtered, offset: 20 }]));
});

test("an empty list is shown as such", () => {
  const { feed, session } = create();
  feed.want(part(50));
  session.last.send(windowSnapshot([], { counts: { total: 0, matching: 0, status: {} } }));
  expect(feed.window()).toMatchObject({ order: [], counts: { matching: 0 } });
});

test("window and whole list take each other's place", async () => {
  const { feed, session } = create();
  feed.want(part(0));
  session.last.send(windowSnapshot(["a"]));
  feed.want("whole");
  expect(feed.window()).toBeDefined();
  session.last.send({ revision: 5, snapshot: true, torrents: {}, removed: [] });
  expect(feed.window()).toBeUndefined();
  await vi.waitFor(() => expect(session.open).toEqual(["whole"]));
  feed.want(part(0));
  session.last.send(windowSnapshot(["b"]));
  expect(feed.window()!.order).toEqual(["b"]);
  await vi.waitFor(() => expect(session.open).toEqual([part(0)]));
});

describe("when something goes wrong", () => {
  test("the next session goes on with the same part, and what the former one had stays until then", () => {
    const { feed, session } = create();
    feed.want(part(0));
    session.last.send(windowSnapshot(["a"]));
    const next = new FakeSession();
    feed.enter(next);
    expect(next.open).toEqual([part(0)]);
    session.last.send(windowSnapshot(["old"]));
    expect(feed.window()!.order).toEqual(["a"]);
    next.last.send(windowSnapshot(["b"]));
    expect(feed.window()!.order).toEqual(["b"]);
  });

  test("the whole list goes on from its last revision, but not from a window's", () => {
    const { feed, session } = create();
    feed.want("whole");
    expect(session.last.options._revision).toBeUndefined();
    session.last.send({ revision: 7, snapshot: true, torrents: {}, removed: [] });
    const next = new FakeSession();
    feed.enter(next);
    expect(next.last.options._revision).toBe(7);
    feed.want(part(0));
    next.last.send({ revision: 7, snapshot: false, torrents: {}, removed: [] });
    next.last.send(windowSnapshot(["a"]));
    feed.want("whole");
    expect(next.last).toMatchObject({ topic: "torrents", options: { _revision: undefined } });
  });

  test("what the server refuses is told, unless its session is over", async () => {
    const { feed, session, refused } = create();
    feed.want(part(0));
    const failure = new CallFailure("wamp.error.not_authorized", "Not for you.");
    session.last.refuse(failure);
    await vi.waitFor(() => expect(refused).toHaveBeenCalledWith(failure, false));
    const next = new FakeSession();
    feed.enter(next);
    feed.enter(new FakeSession());
    next.last.refuse(failure);
    await Promise.resolve();
    expect(refused).toHaveBeenCalledTimes(1);
  });

  test("the former part stays where another one is refused for good, which is not asked for again", async () => {
    const { feed, session, refused } = create();
    feed.want(part(0));
    session.last.send(windowSnapshot(["a"]));
    feed.want(part(50));
    feed.want(part(100));
    const failure = new CallFailure("wamp.error.invalid_argument", "Too many values.");
    session.last.refuse(failure);
    await vi.waitFor(() => expect(refused).toHaveBeenCalledWith(failure, true));
    expect(session.last.options._window).toEqual(part(100));
    session.last.refuse(failure);
    await vi.waitFor(() => expect(refused).toHaveBeenCalledTimes(2));
    feed.want({ ...part(100) });
    expect(session.subscriptions).toHaveLength(3);
    session.subscriptions[0]!.send({ revision: 2, snapshot: false, torrents: {}, removed: [], order: ["b"] });
    expect(feed.window()!.order).toEqual(["b"]);
    feed.want(part(50));
    expect(session.last.options._window).toEqual(part(50));
  });

  test("an order is not shown whose torrents were missed", () => {
    const { feed, session, apply } = create();
    feed.want(part(0));
    session.last.send(windowSnapshot(["a"]));
    apply.mockReturnValueOnce(false);
    session.last.send({
      revision: 3,
      snapshot: false,
      torrents: { b: { eta: 1 } },
      removed: [],
      order: ["b"],
    });
    expect(feed.window()!.order).toEqual(["a"]);
  });
});
