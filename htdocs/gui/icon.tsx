/** Outlines on a grid of 16 units, drawn with the text's colour. */
const outlines = {
  add: "M8 3v10M3 8h10",
  start: "M5 3.5v9l7-4.5z",
  stop: "M5.5 3.5v9M10.5 3.5v9",
  remove: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.5L14 14",
  close: "M4 4l8 8M12 4l-8 8",
  fold: "M6 4l4 4-4 4",
  down: "M8 2.5v10M4 8.8l4 4 4-4",
  up: "M8 13.5v-10M4 7.2l4-4 4 4",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 5v3.2l2 1.4",
  check: "M3 8.5l3.2 3.2L13 5",
  verify: "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.8h-2.8",
  alert: "M8 2.5L14.5 13.5h-13zM8 6.8v3M8 11.6v.2",
  columns: "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
  question: "M5.5 6a2.5 2.5 0 1 1 3.4 2.3c-.6.3-.9.7-.9 1.4M8 12v.2",
  "start-now": "M3 3.5v9l5.5-4.5zM9 3.5v9l5-4.5z",
  peers: "M3.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M8 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  labels: "M2.5 3v4.8l5.7 5.7 5.3-5.3-5.7-5.7H3zM5.4 5.4v.1",
  location: "M2 12.5v-9h4.2l1.5 2H14v7z",
  limits: "M3 12a6 6 0 1 1 10 0M8 9.5l2.5-3.5",
  queue: "M3 4h10M3 8h10M3 12h6",
  priority: "M4 14V2.5M4 3h8.5l-2 2.8 2 2.7H4",
  copy: "M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1",
  select: "M2.5 2.5h11v11h-11zM5.2 8.2l2 2L11 6",
  theme: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 2v12M8 5.5h4.8M8 8h5.8M8 10.5h4.8",
  command: "M3 4l4 4-4 4M8.5 12.5H13",
  keyboard: "M1.5 4h13v8.5h-13zM4 6.8v.1M6.7 6.8v.1M9.4 6.8v.1M12 6.8v.1M5 9.8h6",
  more: "M3.5 8v.1M8 8v.1M12.5 8v.1",
  next: "M6 3.5L10.5 8 6 12.5",
} as const;

export type IconName = keyof typeof outlines;

export function Icon(props: { name: IconName }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={outlines[props.name]} />
    </svg>
  );
}
