/** What opens one session. */
export interface Access {
  url: string;
  realm: string;
  /** As whom, with a token that works once; without it the site's own login is asked for (httpd's `Require`). */
  ticket?: { userId: string; token: string };
}

/** The site no longer knows its user: only its own login helps. */
export class SignedOutError extends Error {}

/** Asks the site for a fresh token. */
export async function fetchAccess(tokenUrl: string, signal: AbortSignal): Promise<Access> {
  const response = await ask(tokenUrl, signal);
  const isJson = response.headers.get("Content-Type")?.includes("json") ?? false;
  if (isSignedOut(response) || (response.ok && !isJson))
    throw new SignedOutError("The site's session is over");
  if (!response.ok) throw new Error(`The site gave no token (HTTP ${response.status})`);
  const { userId, token, url, realm } = (await response.json()) as Pick<Access, "url" | "realm"> & {
    userId: number | string;
    token: string;
  };
  return { url, realm, ticket: { userId: String(userId), token } };
}

/**
 * Asks the site whether it lets its user to the WebSocket still, where it asks for its own login: an upgrade
 * that is refused does not tell the page why.
 */
export async function checkLogin(webSocketUrl: string, signal: AbortSignal): Promise<void> {
  const response = await ask(webSocketUrl.replace(/^ws/, "http"), signal);
  if (isSignedOut(response)) throw new SignedOutError("The site's session is over");
}

async function ask(url: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, {
      credentials: "same-origin",
      cache: "no-store",
      redirect: "manual",
      headers: { Accept: "application/json" },
      signal,
    });
  } catch {
    throw new Error("The site cannot be reached");
  }
}

/** A redirect leads to a login page. */
function isSignedOut({ status, type }: Response): boolean {
  return type === "opaqueredirect" || (status >= 300 && status < 400) || status === 401 || status === 403;
}
