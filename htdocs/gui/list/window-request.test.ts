import { createRoot, createSignal } from "solid-js";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { TorrentField } from "../protocol";
import { forgetfulPreferences } from "../store/preferences.fixture";
import { noFilter } from "./criteria";
import type { FacetId } from "./facets";
import { createQuery } from "./query";
import { parseSearch } from "./search";
import { takesWindow } from "./size";
import { createWindowRequest, moveRange, type Rows, windowFilter } from "./window-request";

describe("the range", () => {
  test("begins with the list, and has some rows more than are in sight", () => {
    expect(moveRange(undefined, { first: 0, last: 30 })).toEqual({ offset: 0, limit: 150 });
  });

  test("stays while the rows in sight and some around them are in it", () => {
    const range = { offset: 200, limit: 250 };
    expect(moveRange(range, { first: 225, last: 424 })).toBe(range);
    expect(moveRange(range, { first: 224, last: 260 })).not.toBe(range);
    expect(moveRange(range, { first: 390, last: 425 })).not.toBe(range);
    const beginning = { offset: 0, limit: 250 };
    expect(moveRange(beginning, { first: 3, last: 30 })).toBe(beginning);
  });

  test("moves to have them in its middle, in steps", () => {
    expect(moveRange({ offset: 0, limit: 150 }, { first: 1010, last: 1060 })).toEqual({
      offset: 900,
      limit: 300,
    });
  });

  test("is no longer than the server takes", () => {
    expect(moveRange(undefined, { first: 0, last: 2000 }).limit).toBe(1000);
  });
});

describe("the request", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const create = () =>
    createRoot(() => {
      const query = createQuery(forgetfulPreferences());
      const [shown, setShown] = createSignal<TorrentField[]>(["trackers", "name", "daemon"]);
      const [inSight, setInSight] = createSignal<Rows>({ first: 0, last: 30 });
      return {
        query,
        setInSight,
        setShown,
        request: createWindowRequest(query, {
          inSight,
          known: () => new Map(),
          user: () => "1",
          shown,
        }),
      };
    });

  test("is what the query wants, in the server's words", () => {
    const { query, request } = create();
    expect(request()).toMatchObject({ filter: {}, sort: [["name", "asc"]], offset: 0, limit: 150 });
    expect(request().fields).toContain("peersGettingFromUs");
    expect(request().fields).not.toContain("daemon");
    expect(request().fields).toContain("trackers");
    expect(request().fields.filter((field) => field === "name")).toHaveLength(1);
    query.sortBy("size");
    query.sortBy("status", true);
    // By which the server cannot.
    query.sortBy("tracker", true);
    query.choose("status", "stopped");
    query.choose("labels", "");
    query.choose("labels", "old", true);
    expect(request()).toMatchObject({
      filter: { status: ["stopped"], labels: ["", "old"] },
      sort: [
        ["sizeWhenDone", "desc"],
        ["activity", "asc"],
      ],
    });
  });

  test("is of owners where they are shown", () => {
    const { query, request, setShown } = create();
    expect(request().fields).not.toContain("owner");
    setShown(["name", "owner"]);
    expect(request().fields).toContain("owner");
    query.sortBy("owner");
    expect(request().sort).toEqual([["owner", "asc"]]);
  });

  test("waits until a search is written", () => {
    const { query, request } = create();
    query.setSearch("u");
    vi.advanceTimersByTime(150);
    query.setSearch("ub");
    vi.advanceTimersByTime(150);
    expect(request().filter).toEqual({});
    vi.advanceTimersByTime(50);
    expect(request().filter).toEqual({ search: "ub" });
  });

  test("waits while the list is scrolled far", () => {
    const { request, setInSight } = create();
    setInSight({ first: 1000, last: 1030 });
    vi.advanceTimersByTime(30);
    setInSight({ first: 5000, last: 5030 });
    expect(request().offset).toBe(0);
    vi.advanceTimersByTime(60);
    expect(request()).toMatchObject({ offset: 4900, limit: 250 });
  });
});

describe("the filter", () => {
  const values: Partial<Record<FacetId, string[]>> = {
    status: ["all", "downloading", "stopped", "problem"],
    labels: ["", "New films", "films", "music"],
    folders: ["/srv/films", "/srv/books"],
    owners: ["", "1", "21", "3"],
    daemons: ["main"],
  };
  const filterOf = (search: string, filter = {}) =>
    windowFilter(
      { ...noFilter, ...filter },
      parseSearch(search),
      (facet) => new Map((values[facet] ?? []).map((value) => [value, 1])),
      "3",
    );

  test.each([
    ["takes the known values that a term means", "label:FILM", { labels: ["New films", "films"] }],
    ["takes the value of torrents without any", 'label:""', { labels: [""] }],
    ["takes owners by their ids", "owner:1", { owners: ["1", "21"] }],
    ["takes the page's own user as such", "owner:YOU", { owners: ["3"] }],
    ["takes states by their words", "is:with status:down", { status: ["downloading", "problem"] }],
    ["keeps words and terms apart", "a label:mus b", { search: "a b", labels: ["music"] }],
    [
      "matches nothing where no value is meant",
      "tracker:x label:x",
      { labels: ["\x1f"], trackers: ["\x1f"] },
    ],
    [
      "matches nothing in a state that there is not",
      "is:lost folder:b",
      { search: "\x1f", folders: ["/srv/books"] },
    ],
    ["takes a state that nobody is in", "is:queued", { status: ["queued"] }],
    ["of the daemon that there is says nothing", "daemon:MAI", {}],
    ["of another daemon matches nothing", "daemon:other", { search: "\x1f" }],
  ])("%s", (_, search, expected) => expect(filterOf(search)).toEqual(expected));

  test("matches nothing of a chosen daemon that is gone", () => {
    expect(filterOf("", { daemons: ["gone"] })).toEqual({ search: "\x1f" });
    expect(filterOf("", { daemons: ["main"] })).toEqual({});
  });

  test("has no more values than the server takes: the commonest, or none where all will do", () => {
    const labels = new Map(Array.from({ length: 2000 }, (_, at) => [at < 1990 ? `a${at}` : `b${at}`, at]));
    const labelsFor = (search: string) => windowFilter(noFilter, parseSearch(search), () => labels).labels;
    expect(labelsFor("label:a")).toHaveLength(1000);
    expect(labelsFor("label:a")).toEqual(expect.arrayContaining(["a990", "a1989"]));
    expect(labelsFor("label:a label:b")).toBeUndefined();
    expect(labelsFor("label:a19")).toContain("a19");
  });

  test("adds what is searched for to what is chosen", () => {
    expect(filterOf("label:music", { labels: ["old"], folders: ["/srv"] })).toEqual({
      labels: ["music", "old"],
      folders: ["/srv"],
    });
  });
});

describe("a window is taken", () => {
  const from = 1000;

  test.each([
    ["never before the daemons are known", undefined, undefined, undefined],
    ["of a long list", undefined, { main: 1000 }, true],
    ["not of a short one", undefined, { main: 999 }, false],
    ["of one whose size nobody knows yet", undefined, { main: undefined }, true],
    ["no more when it has become short", true, { main: 899 }, false],
    ["still when it is hardly shorter", true, { main: 900 }, true],
    ["not yet when it has grown to that", false, { main: 999 }, false],
    ["never of several daemons", true, { main: 5000, other: undefined }, false],
  ] as const)("%s", (_, before, sizes, expected) => expect(takesWindow(before, sizes, from)).toBe(expected));
});
