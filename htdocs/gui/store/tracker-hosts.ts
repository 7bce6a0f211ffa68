import type { WireTracker } from "../protocol";

/** The host of a URL in lower case; empty if it has none. As the server has it: with the brackets of an IPv6 address. */
function hostOf(url: string): string {
  const [, host = ""] = /:\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^/?#:@]*)/.exec(url) ?? [];
  return host.toLowerCase();
}

/** The hosts of a torrent's trackers, each once. */
export function trackerHosts(trackers: readonly WireTracker[]): string[] {
  return [...new Set(trackers.map(({ announce }) => hostOf(announce)))].sort();
}
