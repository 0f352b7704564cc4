import { planeBits } from '#shared/dicom/json-overlays.ts';
import type { OverlayBits } from '#shared/dicom/overlays.ts';
import type { FrameDescription } from './frame-description.ts';
import type { FrameImage } from './frame-image.ts';

/** The bits of the overlay planes that lie on frames; those of long planes are fetched when first needed. */
export interface OverlaySource {
  /** What is there now; `onArrived` is called when more has come. */
  on(description: FrameDescription, image: FrameImage): readonly OverlayBits[];
}

/** Bits by the address they come from; null while they are on their way and when they do not come. */
type Fetched = Map<string, Uint8Array | null>;

export function createOverlaySource(onArrived: () => void): OverlaySource {
  const fetched: Fetched = new Map();
  /** The same list for the same frame, so that a picture is made once. */
  const known = new WeakMap<FrameDescription, { readonly size: number; readonly bits: readonly OverlayBits[] }>();
  let arrived = 0;

  const fetchBits = async (uri: string): Promise<void> => {
    const response = await fetch(new URL(uri, window.location.href).pathname, {
      headers: { Accept: 'application/octet-stream' },
      credentials: 'same-origin',
    });
    if (!response.ok) return;
    fetched.set(uri, new Uint8Array(await response.arrayBuffer()));
    arrived += 1;
    onArrived();
  };
  return {
    on(description, image) {
      const before = known.get(description);
      if (before?.size === arrived) return before.bits;
      const { overlays } = description.display;
      const bits = overlays.flatMap(({ plane, bytes, uri }): OverlayBits[] => {
        if (plane.place.kind === 'embedded') return image.overlays.filter((one) => one.plane.group === plane.group);
        if (uri !== null && !fetched.has(uri)) {
          fetched.set(uri, null);
          // Without its overlay the image is still the image; the badge says that one is missing.
          fetchBits(uri).catch(() => undefined);
        }
        const there = bytes ?? (uri === null ? null : (fetched.get(uri) ?? null));
        const lying = there === null ? null : planeBits(plane, there, description.frameNumber);
        return lying === null ? [] : [lying];
      });
      known.set(description, { size: arrived, bits });
      return bits;
    },
  };
}
