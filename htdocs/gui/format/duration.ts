const steps: [seconds: number, unit: string][] = [
  [365 * 86400, "y"],
  [86400, "d"],
  [3600, "h"],
  [60, "m"],
  [1, "s"],
];

const secondsToldBelow = 600;

/** "2h 05m": the two largest units of a number of seconds. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const first = steps.findIndex(([size]) => whole >= size);
  if (first < 0) return "0s";
  const [size, unit] = steps[first]!;
  const large = `${Math.floor(whole / size)}${unit}`;
  const next = steps[first + 1];
  if (!next) return large;
  const rest = Math.floor((whole % size) / next[0]);
  return rest === 0 ? large : `${large} ${String(rest).padStart(2, "0")}${next[1]}`;
}

/**
 * A torrent's `eta`: -1 is not available (nothing left to wait for), -2 is unknown. An estimate, so seconds are told only in
 * the last minutes: before that they would flicker and mean nothing.
 */
export function formatEta(eta: number): string {
  if (eta === -1) return "n.a.";
  if (eta < 0) return "unknown";
  return formatDuration(eta < secondsToldBelow ? eta : eta - (eta % 60));
}

/** The time of day at which something began, with the date when that was not today. */
export function formatSince(unixSeconds: number, now: Date): string {
  const since = new Date(unixSeconds * 1000);
  const time = since.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  if (since.toDateString() === now.toDateString()) return time;
  return `${since.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ${time}`;
}
