import { Command, Part } from "./command";

const key = "torrent-ws.unsent";

interface SavedCommand extends Pick<Command, "procedure" | "title" | "subject" | "since"> {
  parts: { hashes: readonly string[]; kwargs: Readonly<Record<string, unknown>> }[];
}

/** Keeps calls that were not sent for the user's next page in this tab. They are in one place at any time. */
export function saveUnsent(user: string, parts: readonly Part[]): void {
  const commands = new Map<Command, SavedCommand>();
  for (const { command, hashes, kwargs } of parts) {
    const { procedure, title, subject, since } = command;
    const saved = commands.get(command) ?? { procedure, title, subject, since, parts: [] };
    commands.set(command, saved);
    saved.parts.push({ hashes, kwargs: kwargs! });
  }
  if (commands.size === 0) return;
  try {
    sessionStorage.setItem(key, JSON.stringify({ user, commands: [...commands.values()] }));
  } catch {
    // Storage is switched off or full: they are lost with the page.
  }
}

/** What a former page of the user left, once. */
export function takeUnsent(user: string): Command[] {
  const saved = read();
  if (saved?.user !== user) return [];
  return saved.commands.map(({ procedure, title, subject, since, parts }) => {
    const command = new Command(procedure, title, subject, since);
    command.parts.push(...parts.map(({ hashes, kwargs }) => new Part(command, hashes, kwargs)));
    return command;
  });
}

function read(): { user: string; commands: SavedCommand[] } | undefined {
  try {
    const text = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
