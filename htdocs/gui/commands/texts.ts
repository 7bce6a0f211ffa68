import type { Command, Part, Phase } from "./command";

/** "Stopping 1,200 of 3,000 torrents" while it takes several calls, else "Stopping “Alpha”". */
export function progressOf(command: Command): string {
  const { title, subject, parts, total } = command;
  if (!command.isRunning || parts.length === 1) return `${title} ${subject}`.trim();
  const ended = command.count("done", "failed", "unknown", "canceled");
  return `${title} ${ended.toLocaleString("en")} of ${total.toLocaleString("en")} torrents`;
}

export const phaseTexts: Record<Phase, string> = {
  waiting: "waiting",
  pending: "under way",
  done: "done",
  failed: "failed",
  unknown: "not known whether done",
  canceled: "canceled",
};

/** A daemon's calls that ended, or wait, alike. */
export interface Alike {
  daemon: string | undefined;
  phase: Phase;
  message: string | undefined;
  error: string | undefined;
  hashes: string[];
  count: number;
}

/** What there is to say of a command's calls, each once. */
export function alikeOf(parts: readonly Part[]): Alike[] {
  const groups = new Map<string, Alike>();
  for (const { daemon, hashes, count, outcome } of parts) {
    const { phase, message, error } = outcome();
    const key = JSON.stringify([daemon, phase, message, error]);
    const group = groups.get(key) ?? { daemon, phase, message, error, hashes: [], count: 0 };
    group.hashes.push(...hashes);
    group.count += count;
    groups.set(key, group);
  }
  return [...groups.values()];
}
