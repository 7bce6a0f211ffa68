import type { Access } from "./access";

/** What the page that embeds the GUI says, in data attributes of its element. */
export interface Page {
  tokenUrl: string;
  /** From the page itself, so that the first connection waits for no further request; good once. */
  access: Access;
}

export function readPage(element: HTMLElement): Page {
  const read = (name: string): string => {
    const value = element.dataset[name];
    if (value === undefined) throw new Error(`#${element.id} has no data attribute "${name}"`);
    return value;
  };
  return {
    tokenUrl: read("tokenUrl"),
    access: { userId: read("userId"), token: read("token"), url: read("url"), realm: read("realm") },
  };
}
