import { type Accessor, createSignal, untrack } from "solid-js";
import { type Access, checkLogin, fetchAccess, SignedOutError } from "./access";
import { Backoff } from "./backoff";
import { goToLogin, loginAddress } from "./login";
import type { Page } from "./page";
import { notConnected, Session } from "./session";

export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "connected" }
  /** `retryAt` in milliseconds of the epoch; undefined while an attempt is under way. */
  | { kind: "reconnecting"; retryAt?: number; reason: string }
  | { kind: "signed-out" };

export interface Connection {
  /** The site's login page, with the way back; this page itself where none is known. */
  loginAddress: () => string;
  state: Accessor<ConnectionState>;
  /** Who the server says that the user is, of the last session; undefined before the first one. */
  user: Accessor<string | undefined>;
  /** The session that is open, for further subscriptions. */
  session: Accessor<Session | undefined>;
  /** Rejects with a CallFailure. */
  call: Session["call"];
  /** Milliseconds of the epoch when the server was last heard; follows nothing. */
  heardAt: () => number;
  /** Ends a waiting time, or an attempt that takes too long for the user, and tries again. */
  retryNow: () => void;
  /** Starts over with a new session. `reason`: why, for people. */
  restart: (reason?: string) => void;
}

/** Of an attempt, the site's token included: after sleep a request may stay without any answer. */
const openTimeout = 15_000;
const probeTimeout = 8_000;
const silenceBeforeProbe = 20_000;
/** After a session that lasted so long the back-off starts from its beginning. */
const stableAfter = 10_000;

/** Connects, and keeps connected for as long as the page lives. `enter` subscribes in each new session. */
export function createConnection(page: Page, enter: (session: Session) => Promise<unknown>): Connection {
  const [state, setState] = createSignal<ConnectionState>({ kind: "connecting" });
  const [user, setUser] = createSignal<string>();
  const [session, setSession] = createSignal<Session>();
  const backoff = new Backoff();
  const startedAt = Date.now();
  let latest: Session | undefined;
  let wake = () => {};
  let attempt = new AbortController();
  let isHurried = false;

  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = Number.isFinite(milliseconds) ? setTimeout(resolve, milliseconds) : undefined;
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** What another session is opened with. */
  const renewAccess = async (signal: AbortSignal): Promise<Access> => {
    if (page.tokenUrl !== undefined) return fetchAccess(page.tokenUrl, signal);
    await checkLogin(page.access.url, signal);
    return page.access;
  };

  /** What the page has is one user's: another one who has logged in at the site begins with a page of his own. */
  const enterAsSameUser = async (entered: Session): Promise<unknown> => {
    const known = untrack(user);
    if (known === undefined || known === entered.user) return enter(entered);
    location.reload();
    return new Promise(() => undefined);
  };

  /** Opens a session and stays until it ends. Returns the state that follows. */
  const runSession = async (access?: Access): Promise<ConnectionState> => {
    const { signal } = (attempt = new AbortController());
    const timeout = setTimeout(() => attempt.abort(), openTimeout);
    isHurried = false;
    try {
      const opened = await Session.open(access ?? (await renewAccess(signal)), enterAsSameUser, signal);
      clearTimeout(timeout);
      latest = opened;
      const openedAt = Date.now();
      setSession(opened);
      setUser(opened.user);
      setState({ kind: "connected" });
      const reason = await opened.ended;
      if (Date.now() - openedAt > stableAfter) backoff.reset();
      return { kind: "reconnecting", reason };
    } catch (error) {
      if (error instanceof SignedOutError) return { kind: "signed-out" };
      return { kind: "reconnecting", reason: (error as Error).message };
    } finally {
      clearTimeout(timeout);
      setSession(undefined);
    }
  };

  const run = async () => {
    let access: Access | undefined = page.access;
    for (;;) {
      const following = await runSession(access);
      access = undefined;
      if (following.kind === "reconnecting") {
        if (isHurried) {
          setState(following);
          continue;
        }
        const delay = backoff.next();
        setState({ ...following, retryAt: Date.now() + delay });
        await sleep(delay);
        setState(following);
      } else {
        setState(following);
        if (page.loginUrl !== undefined) goToLogin(page.loginUrl);
        // Only what the user does can help: a login in another tab, or trying again.
        await sleep(Infinity);
      }
    }
  };

  const check = () => {
    if (document.hidden) return;
    const open = session();
    if (open) void open.probe(probeTimeout);
    else wake();
  };
  window.addEventListener("online", check);
  document.addEventListener("visibilitychange", check);
  setInterval(() => {
    const open = session();
    if (open && open.silentMilliseconds > silenceBeforeProbe) check();
  }, 5_000);

  void run();
  return {
    loginAddress: () =>
      page.loginUrl === undefined ? location.href : loginAddress(page.loginUrl, location.href),
    state,
    user,
    session,
    call: (procedure, kwargs, told) =>
      untrack(session)?.call(procedure, kwargs, told) ?? Promise.reject(notConnected()),
    heardAt: () => latest?.heardAt ?? startedAt,
    retryNow: () => {
      isHurried = true;
      attempt.abort();
      wake();
    },
    restart: (reason) => untrack(session)?.close(reason),
  };
}
