/** What the user chose about the page, kept on the server for all of the user's pages. */
export interface PreferenceValues {
  theme?: "light" | "dark";
  /** Those that the list shows, in their order. Widths in pixels. */
  columns?: { id: string; width?: number }[];
  /** The first key counts most. */
  sorting?: { column: string; isDescending: boolean }[];
}

type Readers = {
  [Name in keyof Required<PreferenceValues>]: (value: unknown) => PreferenceValues[Name];
};

const readers: Readers = {
  theme: (value) => (value === "light" || value === "dark" ? value : undefined),
  columns: (value) =>
    readList(value, "id", ({ id, width }) => ({
      id: id as string,
      ...(Number.isFinite(width) && { width: width as number }),
    })),
  sorting: (value) =>
    readList(value, "column", ({ column, isDescending }) => ({
      column: column as string,
      isDescending: isDescending === true,
    })),
};

/** What is well-formed of a value that another page, or anybody with the user's rights, has written. */
export function readPreference<Name extends keyof PreferenceValues>(
  name: Name,
  value: unknown,
): PreferenceValues[Name] {
  return readers[name](value);
}

/** The objects that have a text by the key, each text once. */
function readList<Item>(
  value: unknown,
  key: string,
  readItem: (item: Record<string, unknown>) => Item,
): Item[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = new Map<unknown, Item>();
  for (const item of value as unknown[]) {
    if (isRecord(item) && typeof item[key] === "string" && !items.has(item[key]))
      items.set(item[key], readItem(item));
  }
  return [...items.values()];
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
