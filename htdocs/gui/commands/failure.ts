import { CallFailure } from "../connection/session";

/** Errors after which it may have been done or not. */
const outcomeUnknown = new Set([
  "torrent_ws.error.outcome_unknown",
  "wamp.error.timeout",
  CallFailure.connectionLost,
]);

/** Errors of calls that were not done, and would be some time later. */
const notNow = new Set([
  "torrent_ws.error.daemon_unreachable",
  "torrent_ws.error.too_many_calls",
  CallFailure.notConnected,
]);

export function isOutcomeUnknown(uri: string | undefined): boolean {
  return uri !== undefined && outcomeUnknown.has(uri);
}

export function isNotNow(uri: string | undefined): boolean {
  return uri !== undefined && notNow.has(uri);
}

/** The page tells of it already: in the torrents' rows, where what the server knows comes later, or not at all. */
export function isToldElsewhere(uri: string): boolean {
  return uri === CallFailure.connectionLost || uri === CallFailure.canceled;
}

export function asCallFailure(error: unknown): CallFailure {
  if (error instanceof CallFailure) return error;
  return new CallFailure("", error instanceof Error ? error.message : String(error));
}

const remedies: Record<string, string> = {
  "wamp.error.not_authorized": "Ask an administrator of the site to do it, or to let you.",
  "wamp.error.invalid_argument": "Correct what the message names, and do it again.",
  "torrent_ws.error.daemon_refused": "See what the daemon objects to, and do it again.",
  "torrent_ws.error.daemon_unreachable": "Do it again when the daemon is up.",
  "torrent_ws.error.too_many_calls": "Do it again when the other commands are done.",
  "torrent_ws.error.not_supported": "This needs a newer release of the daemon.",
};

/** What the user can do about a failure. */
export function remedyOf(uri: string | undefined): string {
  if (isOutcomeUnknown(uri)) return "See in the list whether it was done; if not, do it again.";
  return remedies[uri ?? ""] ?? "Do it again.";
}

/** Says what failed, in the server's words, and what that means. */
export function describeFailure(action: string, error: unknown): string {
  const { uri, message } = asCallFailure(error);
  if (isOutcomeUnknown(uri)) {
    return `${action}: it is not known whether this was done; the list will show it. ${message}`;
  }
  if (uri === "wamp.error.not_authorized") return `${action}: you may not do this. ${message}`;
  return `${action} failed. ${message}`;
}
