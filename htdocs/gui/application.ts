import {
  createContext,
  createEffect,
  createMemo,
  createSignal,
  useContext,
  type Accessor,
  type Setter,
} from "solid-js";
import { type Actions, createActions } from "./actions/actions";
import { type Commands, createCommands, describeFailure } from "./actions/commands";
import { type Activity, createActivity } from "./commands/activity";
import { describeTorrents } from "./commands/targets";
import { createNotices, type Notices } from "./actions/notices";
import type { Dialog } from "./actions/dialog";
import { type Connection, createConnection } from "./connection/connection";
import type { Page } from "./connection/page";
import type { CommandsEvent, SessionEvent } from "./protocol";
import { createQuery, type Query } from "./list/query";
import { createSelection, type Selection } from "./list/selection";
import { createShownColumns, type ShownColumns } from "./list/shown-columns";
import { takesWindow, windowFrom } from "./list/size";
import type { View } from "./list/view";
import { createWholeView } from "./list/whole-view";
import { createWindowRequest, type Rows } from "./list/window-request";
import { createWindowView } from "./list/window-view";
import { createDaemons, type Daemons } from "./store/daemons";
import { createListFeed } from "./store/feed";
import { createPreferences, type Preferences } from "./store/preferences";
import { openPreferencesCopy } from "./store/preferences-copy";
import { createTorrents, type Torrents } from "./store/torrents";
import { showTheme } from "./theme";

/** The parts that the components share. */
export interface Application {
  connection: Connection;
  /** Who the page's user is; undefined where only the server can tell, before it did. */
  user: Accessor<string | undefined>;
  torrents: Torrents;
  daemons: Daemons;
  query: Query;
  shownColumns: ShownColumns;
  view: Accessor<View>;
  /** Tells which rows of the list exist. */
  setInSight: Setter<Rows>;
  selection: Selection;
  commands: Commands;
  activity: Activity;
  notices: Notices;
  preferences: Preferences;
  actions: Actions;
  dialog: Accessor<Dialog | undefined>;
  setDialog: Setter<Dialog | undefined>;
  /** Whether what the list shows may be old: the page is offline, or a daemon does not answer. */
  isAged: () => boolean;
}

/** Builds the parts and connects. Call it within a reactive root. */
export function createApplication(page: Page): Application {
  const torrents = createTorrents();
  const daemons = createDaemons();
  const notices = createNotices();
  const preferences = createPreferences(openPreferencesCopy(page.access.ticket?.userId));
  const query = createQuery(preferences);
  const [dialog, setDialog] = createSignal<Dialog>();

  const feed = createListFeed({
    apply: (event) => {
      daemons.applyTorrents(event);
      const isComplete = torrents.apply(event);
      if (!isComplete) connection.restart();
      return isComplete;
    },
    revision: torrents.revision,
    refused: (failure, isKept) => {
      if (isKept) notices.error(describeFailure("Showing this part of the list", failure));
      else connection.restart(failure.message);
    },
  });
  const connection = createConnection(page, (session) => {
    feed.enter(session);
    preferences.enter(session);
    let isFirst = true;
    const states = session.subscribe<SessionEvent>("session", (event) => {
      daemons.applySession(event, isFirst);
      isFirst = false;
    });
    const commands = session.subscribe<CommandsEvent>("torrents.commands", activity.apply);
    return Promise.all([states, commands]);
  });
  const user = () => connection.user() ?? page.access.ticket?.userId;
  const subjectOf = (hashes: readonly string[], count?: number) =>
    describeTorrents(torrents.all(), hashes, count);
  const activity = createActivity({ url: page.access.url, connection, daemons, notices, subjectOf });

  window.addEventListener("pagehide", preferences.flush);

  const [inSight, setInSight] = createSignal<Rows>({ first: 0, last: 0 });
  const shownColumns = createShownColumns(preferences);
  const request = createWindowRequest(query, {
    inSight,
    known: (facet) =>
      facet === "daemons"
        ? new Map(Object.keys(daemons.byName).map((name) => [name, 0]))
        : (feed.window()?.counts[facet] ?? new Map()),
    user,
    shown: () => shownColumns.all().flatMap(({ fields }) => fields),
  });
  const wantsWindow = createMemo<boolean | undefined>((before) =>
    takesWindow(before, daemons.sizes(), page.windowFrom ?? windowFrom),
  );
  createEffect(() => {
    if (wantsWindow() !== undefined) feed.want(wantsWindow() ? request() : "whole");
  });

  const hasWindow = createMemo(() => feed.window() !== undefined);
  const view = createMemo(() =>
    hasWindow() ? createWindowView(() => feed.window()!, connection) : createWholeView(torrents, query, user),
  );

  createEffect(() => showTheme(preferences.get("theme")));

  const parts = {
    connection,
    user,
    torrents,
    daemons,
    query,
    shownColumns,
    view,
    setInSight,
    selection: createSelection(view, (error) =>
      notices.error(describeFailure("Reading which torrents are selected", error)),
    ),
    commands: createCommands(activity, subjectOf),
    activity,
    notices,
    preferences,
    dialog,
    setDialog,
    isAged: () => connection.state().kind !== "connected" || daemons.troubled().length > 0,
  };
  return { ...parts, actions: createActions(parts) };
}

export const ApplicationContext = createContext<Application>();

export function useApplication(): Application {
  const application = useContext(ApplicationContext);
  if (!application) throw new Error("A component of the GUI outside of its ApplicationContext");
  return application;
}
