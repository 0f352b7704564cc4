import type { Point } from '#shared/annotation/geometry.ts';

/** The ring of a brush around the pointer. Lengths are CSS pixels. */
export interface BrushCursor {
  /** Null hides it. */
  show(place: Point | null, radius: number): void;
  resize(radius: number): void;
  dispose(): void;
}

export function createBrushCursor(element: HTMLElement): BrushCursor {
  const ring = document.createElement('div');
  ring.style.cssText =
    'position:absolute;left:0;top:0;border-radius:50%;pointer-events:none;visibility:hidden;z-index:1;' +
    'border:1px solid #fff;outline:1px solid rgb(0 0 0 / 60%);box-sizing:border-box';
  element.append(ring);
  let at: Point = [0, 0];
  const place = (radius: number): void => {
    const held = Math.max(2, radius);
    ring.style.width = `${2 * held}px`;
    ring.style.height = `${2 * held}px`;
    ring.style.transform = `translate(${at[0] - held}px, ${at[1] - held}px)`;
  };
  return {
    show(next, radius) {
      ring.style.visibility = next === null ? 'hidden' : 'visible';
      if (next === null) return;
      at = next;
      place(radius);
    },
    resize: place,
    dispose: () => ring.remove(),
  };
}
