import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { checkLogin, fetchAccess, SignedOutError } from "./access";

const servers: ReturnType<typeof createServer>[] = [];
const patience = new AbortController().signal;
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/token.php`;
}

test("takes what the site gives, the user id as a string", async () => {
  const url = await serve((_request, response) => {
    response.setHeader("Content-Type", "application/json");
    response.end(
      JSON.stringify({ userId: 245, token: "385e33f741", url: "wss://host/wss/", realm: "torrents" }),
    );
  });
  expect(await fetchAccess(url, patience)).toEqual({
    url: "wss://host/wss/",
    realm: "torrents",
    ticket: { userId: "245", token: "385e33f741" },
  });
});

test.each([
  ["401", 401, {}],
  ["403", 403, {}],
  ["a redirect to a login page", 302, { Location: "/login.php" }],
  ["a login page in its place", 200, { "Content-Type": "text/html" }],
])("%s means that the site's session is over", async (_name, status, headers) => {
  const url = await serve((_request, response) => response.writeHead(status, headers).end());
  await expect(fetchAccess(url, patience)).rejects.toThrow(SignedOutError);
});

test("a failing site does not mean that", async () => {
  const url = await serve((_request, response) => response.writeHead(503).end());
  const failure = fetchAccess(url, patience);
  await expect(failure).rejects.toThrow("HTTP 503");
  await expect(failure).rejects.not.toThrow(SignedOutError);
});

test("a site that cannot be reached is told as that", async () => {
  const url = await serve((request) => request.socket.destroy());
  await expect(fetchAccess(url, patience)).rejects.toThrow("The site cannot be reached");
});

test("a site that does not answer is given up", async () => {
  const url = await serve(() => undefined);
  const attempt = new AbortController();
  const asked = fetchAccess(url, attempt.signal);
  attempt.abort();
  await expect(asked).rejects.toThrow("The site cannot be reached");
});

test.each([
  ["401", 401, true],
  ["a redirect", 302, true],
  ["what a WebSocket's address answers to a plain request", 426, false],
])("%s at the WebSocket's address", async (_name, status, isOver) => {
  const url = await serve((_request, response) => response.writeHead(status).end());
  const answer = checkLogin(url.replace(/^http/, "ws"), patience);
  if (isOver) await expect(answer).rejects.toThrow(SignedOutError);
  else await expect(answer).resolves.toBeUndefined();
});
