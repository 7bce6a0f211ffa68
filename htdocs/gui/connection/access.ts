/** What opens one session: where, as whom, and a token that works once. */
export interface Access {
  userId: string;
  token: string;
  url: string;
  realm: string;
}

/** The site no longer knows its user: only its own login helps. */
export class SignedOutError extends Error {}

/** Asks the site for a fresh token. */
export async function fetchAccess(tokenUrl: string): Promise<Access> {
  const response = await fetch(tokenUrl, {
    credentials: "same-origin",
    cache: "no-store",
    // A redirect leads to a login page.
    redirect: "manual",
    headers: { Accept: "application/json" },
  });
  const isRedirect = response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400);
  const isJson = response.headers.get("Content-Type")?.includes("json") ?? false;
  if (isRedirect || response.status === 401 || response.status === 403 || (response.ok && !isJson)) {
    throw new SignedOutError("The site's session is over");
  }
  if (!response.ok) throw new Error(`The site gave no token (HTTP ${response.status})`);
  const { userId, token, url, realm } = (await response.json()) as Access & { userId: number | string };
  return { userId: String(userId), token, url, realm };
}
