import { Command, Part } from "./command";

interface SavedCommand extends Pick<Command, "procedure" | "title" | "subject" | "since"> {
  parts: { hashes: readonly string[]; kwargs: Readonly<Record<string, unknown>> }[];
}

interface Saved {
  user: string;
  commands: SavedCommand[];
}

/** Calls that were not sent, kept for the user's next page in this tab. `url`: the server's. */
export interface Unsent {
  /** Keeps these instead of what was kept. */
  save(user: string, parts: readonly Part[]): void;
  /** What a former page of the user left, once. */
  take(user: string): Command[];
}

export function createUnsent(url: string): Unsent {
  const key = `torrent-ws.unsent.${url}`;
  /** False where storage is switched off or full. */
  const write = (saved: Saved): boolean => {
    try {
      // Without room for these, older ones, which may be sent by now, must not stay.
      sessionStorage.removeItem(key);
      if (saved.commands.length > 0) sessionStorage.setItem(key, JSON.stringify(saved));
      return true;
    } catch {
      return false;
    }
  };
  const read = (): Saved | undefined => {
    try {
      const text = sessionStorage.getItem(key);
      sessionStorage.removeItem(key);
      return text === null ? undefined : JSON.parse(text);
    } catch {
      return undefined;
    }
  };
  return {
    save: (user, parts) => {
      if (write({ user, commands: group(parts) })) return;
      // A .torrent file may be larger than all that a page may store; what was clicked is small.
      const small = parts.filter(({ kwargs }) => kwargs?.metainfo === undefined);
      write({ user, commands: group(small) });
    },
    take: (user) => {
      const saved = read();
      return saved?.user === user ? saved.commands.map(restore) : [];
    },
  };
}

function group(parts: readonly Part[]): SavedCommand[] {
  const commands = new Map<Command, SavedCommand>();
  for (const { command, hashes, kwargs } of parts) {
    const { procedure, title, subject, since } = command;
    const saved = commands.get(command) ?? { procedure, title, subject, since, parts: [] };
    commands.set(command, saved);
    saved.parts.push({ hashes, kwargs: kwargs! });
  }
  return [...commands.values()];
}

function restore({ procedure, title, subject, since, parts }: SavedCommand): Command {
  const command = new Command(procedure, title, subject, since);
  command.parts.push(...parts.map(({ hashes, kwargs }) => new Part(command, hashes, kwargs)));
  return command;
}
