import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRoot } from "solid-js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Access } from "./access";
import { type Connection, createConnection } from "./connection";
import type { Page } from "./page";
import { Session } from "./session";

vi.setConfig({ testTimeout: 60_000 });
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 50_000 });

const reload = vi.fn();
/** What becomes of each attempt to open a session. */
const attempts: { user: string; signal: AbortSignal; end: (reason: string) => void }[] = [];
let user: string;

beforeEach(() => {
  user = "1";
  vi.stubGlobal("window", { addEventListener: () => undefined });
  vi.stubGlobal("document", { hidden: false, addEventListener: () => undefined });
  vi.stubGlobal("location", { reload });
  vi.spyOn(globalThis, "setInterval").mockImplementation(() => 0 as never);
  vi.spyOn(Session, "open").mockImplementation(async (_access: Access, enter, signal) => {
    const attempt = { user, signal, end: (_reason: string) => {} };
    const ended = new Promise<string>((resolve) => (attempt.end = resolve));
    const session = { user, ended, heardAt: 5 } as unknown as Session;
    attempts.push(attempt);
    await enter(session);
    return session;
  });
});
afterEach(() => {
  attempts.length = 0;
  reload.mockReset();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const page = (tokenUrl: string): Page => ({
  tokenUrl,
  access: { url: "wss://site.org/wss/", realm: "torrents" },
  loginUrl: undefined,
  windowFrom: undefined,
});

const connect = (url: string, enter: (session: Session) => Promise<unknown>) =>
  createRoot(() => createConnection(page(url), enter));

async function serve(answer: () => object | undefined) {
  const requests = { count: 0 };
  const server = createServer((_request, response) => {
    requests.count++;
    const given = answer();
    response.setHeader("Content-Type", "application/json");
    if (given) response.end(JSON.stringify(given));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return { requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

async function reconnect(connection: Connection) {
  attempts.at(-1)!.end("The connection was lost");
  await eventually(() => expect(connection.state().kind).toBe("reconnecting"));
  connection.retryNow();
}

test("the same user goes on, and another one begins with a page of his own", async () => {
  const { url } = await serve(() => ({ userId: user, token: "t", url: "", realm: "" }));
  const entered: (string | undefined)[] = [];
  const connection = connect(url, ({ user }) => {
    entered.push(user);
    return Promise.resolve();
  });
  await eventually(() => expect(connection.state().kind).toBe("connected"));
  expect(connection.heardAt()).toBe(5);
  await reconnect(connection);
  await eventually(() => expect(connection.state().kind).toBe("connected"));
  user = "2";
  await reconnect(connection);
  await eventually(() => expect(reload).toHaveBeenCalledOnce());
  expect(entered).toEqual(["1", "1"]);
  expect(connection.user()).toBe("1");
});

test("a site that does not answer is asked again, also when nobody does anything", async () => {
  const timers = vi.spyOn(globalThis, "setTimeout");
  const site = await serve(() => undefined);
  const connection = connect(site.url, () => Promise.resolve());
  await eventually(() => expect(connection.state().kind).toBe("connected"));
  await reconnect(connection);
  await eventually(() => expect(site.requests.count).toBe(1));
  const [giveUp] = timers.mock.calls.findLast(([, milliseconds]) => milliseconds === 15_000)!;
  giveUp();
  await eventually(() => expect(connection.state()).toMatchObject({ reason: "The site cannot be reached" }));
  expect(connection.state()).toHaveProperty("retryAt");
});

test("the user need not wait for a site that does not answer", async () => {
  let isSilent = true;
  const site = await serve(() => (isSilent ? undefined : { userId: user, token: "t", url: "", realm: "" }));
  const connection = connect(site.url, () => Promise.resolve());
  await eventually(() => expect(connection.state().kind).toBe("connected"));
  await reconnect(connection);
  await eventually(() => expect(site.requests.count).toBe(1));
  isSilent = false;
  connection.retryNow();
  await eventually(() => expect(connection.state().kind).toBe("connected"));
  expect(site.requests.count).toBe(2);
});
