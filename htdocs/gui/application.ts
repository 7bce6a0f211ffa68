import { createContext, createSignal, useContext, type Accessor, type Setter } from "solid-js";
import { type Commands, createCommands } from "./actions/commands";
import { createNotices, type Notices } from "./actions/notices";
import type { Dialog } from "./actions/dialog";
import { type Connection, createConnection } from "./connection/connection";
import type { Page } from "./connection/page";
import { createSelection, type Selection } from "./list/selection";
import { createView, type View } from "./list/view";
import { createDaemons, type Daemons } from "./store/daemons";
import { createTorrents, type Torrents } from "./store/torrents";

/** The parts that the components share. */
export interface Application {
  connection: Connection;
  torrents: Torrents;
  daemons: Daemons;
  view: View;
  selection: Selection;
  commands: Commands;
  notices: Notices;
  dialog: Accessor<Dialog | undefined>;
  setDialog: Setter<Dialog | undefined>;
  /** Whether what the list shows may be old: the page is offline, or a daemon does not answer. */
  isAged: () => boolean;
  /** Milliseconds of the epoch when the server was last heard; follows nothing. */
  heardAt: () => number;
}

/** Builds the parts and connects. Call it within a reactive root. */
export function createApplication(page: Page): Application {
  const torrents = createTorrents();
  const daemons = createDaemons();
  const notices = createNotices();
  const view = createView(torrents);
  const [dialog, setDialog] = createSignal<Dialog>();
  let heardAt = Date.now();

  const connection = createConnection(page, {
    torrents: (event) => {
      heardAt = Date.now();
      daemons.applyTorrents(event);
      if (!torrents.apply(event)) connection.restart();
    },
    revision: torrents.revision,
    session: (event) => daemons.applySession(event),
  });

  return {
    connection,
    torrents,
    daemons,
    view,
    selection: createSelection(view.hashes),
    commands: createCommands(connection, torrents, notices),
    notices,
    dialog,
    setDialog,
    isAged: () => connection.state().kind !== "connected" || daemons.troubled().length > 0,
    heardAt: () => heardAt,
  };
}

export const ApplicationContext = createContext<Application>();

export function useApplication(): Application {
  const application = useContext(ApplicationContext);
  if (!application) throw new Error("A component of the GUI outside of its ApplicationContext");
  return application;
}
