import type { Access } from "./access";

/** What the page that embeds the GUI says, in data attributes of its element. */
export interface Page {
  tokenUrl: string;
  /** From the page itself, so that the first connection waits for no further request; good once. */
  access: Access;
  /** From how many torrents on the list is taken as a window; undefined leaves that to the GUI. */
  windowFrom: number | undefined;
}

export function readPage(element: HTMLElement): Page {
  const read = (name: string): string => {
    const value = element.dataset[name];
    if (value === undefined) throw new Error(`#${element.id} has no data attribute "${name}"`);
    return value;
  };
  return {
    tokenUrl: read("tokenUrl"),
    windowFrom: element.dataset.windowFrom === undefined ? undefined : Number(element.dataset.windowFrom),
    access: { userId: read("userId"), token: read("token"), url: read("url"), realm: read("realm") },
  };
}
