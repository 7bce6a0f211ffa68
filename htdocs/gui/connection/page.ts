import type { Access } from "./access";

/** What the page that embeds the GUI says, in data attributes of its element. */
export interface Page {
  /** Where tokens come from; undefined where the site's own login signs in. */
  tokenUrl: string | undefined;
  /** From the page itself, so that the first connection waits for no further request; a token is good once. */
  access: Access;
  /** The site's login page; `{return}` in it stands for where to go from there. */
  loginUrl: string | undefined;
  /** From how many torrents on the list is taken as a window; undefined leaves that to the GUI. */
  windowFrom: number | undefined;
}

export function readPage(element: HTMLElement): Page {
  const { tokenUrl, loginUrl, windowFrom } = element.dataset;
  const read = (name: string): string => {
    const value = element.dataset[name];
    if (value === undefined) throw new Error(`#${element.id} has no data attribute "${name}"`);
    return value;
  };
  const ticket = tokenUrl === undefined ? undefined : { userId: read("userId"), token: read("token") };
  return {
    tokenUrl,
    loginUrl,
    windowFrom: windowFrom === undefined ? undefined : Number(windowFrom),
    access: { url: read("url"), realm: read("realm"), ticket },
  };
}
