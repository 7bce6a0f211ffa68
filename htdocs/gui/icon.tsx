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
  question: "M5.5 6a2.5 2.5 0 1 1 3.4 2.3c-.6.3-.9.7-.9 1.4M8 12v.2",
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
