import { computePosition, flip, offset, type Placement, shift, size } from "@floating-ui/dom";

/** What a menu opens at: an element, or a point. */
export type Anchor = Element | { x: number; y: number };

const margin = 8;

/** Puts a menu beside its anchor, where it has room; a menu that is higher than the window scrolls. */
export async function place(menu: HTMLElement, anchor: Anchor, placement: Placement): Promise<void> {
  const reference =
    anchor instanceof Element
      ? anchor
      : { getBoundingClientRect: () => DOMRect.fromRect({ x: anchor.x, y: anchor.y }) };
  // A submenu lies over its item's end, lest a slow mouse leaves both on its way.
  const gap = placement.startsWith("right") ? -2 : anchor instanceof Element ? 2 : 0;
  const { x, y } = await computePosition(reference, menu, {
    placement,
    strategy: "fixed",
    middleware: [
      offset(gap),
      flip({ padding: margin }),
      shift({ padding: margin, crossAxis: true }),
      size({
        padding: margin,
        apply: ({ availableHeight, elements }) => {
          elements.floating.style.maxHeight = `${Math.max(120, availableHeight)}px`;
        },
      }),
    ],
  });
  Object.assign(menu.style, { left: `${x}px`, top: `${y}px` });
}
