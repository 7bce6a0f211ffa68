import { listen } from "../listen";

const holdMilliseconds = 500;
/** A finger is never quite still. */
const mostPixels = 10;

/**
 * Tells of a finger that rests on the page, which some browsers do by themselves (as `contextmenu`) and some do
 * not. Returns false if it means nothing there; if it does, lifting the finger is no click.
 */
export function listenLongPress(pressed: (target: Element, x: number, y: number) => boolean): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let start = { x: 0, y: 0 };
  let isHeld = false;

  const cancel = () => clearTimeout(timer);

  listen("pointerdown", (event) => {
    cancel();
    isHeld = false;
    if (event.pointerType !== "touch" || !event.isPrimary) return;
    const { target, clientX: x, clientY: y } = event;
    start = { x, y };
    timer = setTimeout(() => (isHeld = pressed(target as Element, x, y)), holdMilliseconds);
  });
  listen("pointermove", ({ clientX, clientY }) => {
    if (Math.hypot(clientX - start.x, clientY - start.y) > mostPixels) cancel();
  });
  listen("pointerup", cancel);
  listen("pointercancel", cancel);
  listen(
    "touchend",
    (event) => {
      if (isHeld && event.cancelable) event.preventDefault();
      isHeld = false;
    },
    { passive: false },
  );
}
