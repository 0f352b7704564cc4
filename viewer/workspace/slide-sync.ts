import { type Affine, applied, appliedBack, composed, inverted } from '#shared/imaging/affine.ts';
import type { LyingSlide, SlideEngine } from '#viewer/engines/openseadragon/slide-engine-port.ts';
import { affineOf, placementNear } from '#viewer/engines/openseadragon/slide-placement.ts';

/** The part of an engine that can be moved along; engines of series lack it. */
export type MovedSlide = Pick<SlideEngine, 'lying' | 'lieAs'>;

/**
 * Keeps slides side by side together in pan, zoom and rotation. Attached slides share a plane: each has a transform
 * into it, taken from how they lie at that moment at the same scale in micrometres, or from a registration. The active
 * one leads.
 */
export interface SlideSync {
  takeEngine(pane: number, engine: Partial<MovedSlide> | null): void;
  /** Something about a viewport has changed; when it leads, the others follow. */
  moved(pane: number): void;
  lead(pane: number): void;
  attach(): void;
  detach(): void;
  isAttached(): boolean;
  /** The transform from level-0 pixels of one slide to those of another, used from now on. */
  register(fromId: string, toId: string, transform: Affine): void;
  lying(pane: number): LyingSlide | null;
}

/** The plane's origin is the middle of the leading screen, whatever its size. */
const MIDDLE = { width: 0, height: 0 };

export function createSlideSync(): SlideSync {
  const engines = new Map<number, MovedSlide>();
  /** Level-0 pixels of the slide that was in the viewport then, to the shared plane. */
  const planes = new Map<number, { readonly slideId: string; readonly plane: Affine }>();
  const registered = new Map<string, Affine>();
  let leader = 0;
  let attached = false;

  const lying = (pane: number): LyingSlide | null => engines.get(pane)?.lying() ?? null;
  const planeOf = (pane: number): Affine | null => {
    const [slide, known] = [lying(pane), planes.get(pane)];
    return slide !== null && known?.slideId === slide.slideId ? known.plane : null;
  };
  /** Joins a slide to the plane of the leader. */
  const join = (pane: number): void => {
    const [first, slide, plane] = [lying(leader), lying(pane), planeOf(leader)];
    if (first === null || slide === null || plane === null) return;
    const known = registered.get(`${first.slideId} ${slide.slideId}`);
    if (known !== undefined) {
      planes.set(pane, { slideId: slide.slideId, plane: composed(plane, inverted(known)) });
      return;
    }
    const isScaled = first.mpp !== null && slide.mpp !== null;
    const scale = isScaled ? (first.placement.scale * (slide.mpp ?? 1)) / (first.mpp ?? 1) : slide.placement.scale;
    // What lies in the middle of both screens is taken as the same place.
    const now = affineOf({ ...slide.placement, scale }, MIDDLE);
    const back = inverted(affineOf(first.placement, MIDDLE));
    planes.set(pane, { slideId: slide.slideId, plane: composed(plane, composed(back, now)) });
  };
  const follow = (): void => {
    const first = lying(leader);
    if (!attached || first === null) return;
    if (planeOf(leader) === null) {
      planes.set(leader, { slideId: first.slideId, plane: affineOf(first.placement, MIDDLE) });
    }
    for (const [pane, engine] of engines) {
      if (pane === leader || engine.lying() === null) continue;
      if (planeOf(pane) === null) join(pane);
      const [from, to] = [planeOf(leader), planeOf(pane)];
      if (from === null || to === null) continue;
      const shown = composed(composed(affineOf(first.placement, MIDDLE), inverted(from)), to);
      const center = appliedBack(to, applied(from, first.placement.center));
      engine.lieAs(placementNear(shown, center));
    }
  };
  return {
    takeEngine(pane, engine) {
      planes.delete(pane);
      if (engine?.lying === undefined || engine.lieAs === undefined) engines.delete(pane);
      else engines.set(pane, { lying: engine.lying, lieAs: engine.lieAs });
    },
    moved(pane) {
      if (pane === leader) follow();
      else if (attached && planeOf(pane) === null) follow();
    },
    lead(pane) {
      leader = pane;
    },
    attach() {
      attached = true;
      planes.clear();
      follow();
    },
    detach() {
      attached = false;
      planes.clear();
    },
    isAttached: () => attached,
    register(fromId, toId, transform) {
      registered.set(`${fromId} ${toId}`, transform);
      registered.set(`${toId} ${fromId}`, inverted(transform));
      planes.clear();
      follow();
    },
    lying,
  };
}
