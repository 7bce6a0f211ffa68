const key = "torrent-ws.login";
/** Who comes back signed out so soon would go to and fro without end. */
const soonMilliseconds = 30_000;

/** The address of the site's login page, which leads back to where the user is. */
export function loginAddress(loginUrl: string, here: string): string {
  return loginUrl.replace("{return}", encodeURIComponent(here));
}

/** Goes to the site's login page, unless the user just came from there. */
export function goToLogin(loginUrl: string): void {
  try {
    if (Date.now() - Number(sessionStorage.getItem(key)) < soonMilliseconds) return;
    sessionStorage.setItem(key, String(Date.now()));
  } catch {
    // Without storage nobody knows where the user came from: he goes there himself.
    return;
  }
  location.assign(loginAddress(loginUrl, location.href));
}
