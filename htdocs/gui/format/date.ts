const { format } = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});

/** "3 Mar 2026, 14:05", in the browser's time zone. 0 is never. */
export function formatDate(unixSeconds: number): string {
  return unixSeconds > 0 ? format(unixSeconds * 1000) : "never";
}
