import type { PatientVector } from '#shared/imaging/image-plane.ts';
import { areParallelPlanes, cuttingLine, type ImagePoint, imagePoint } from '#shared/imaging/plane-intersection.ts';
import type { FrameView } from '#shared/imaging/view-state.ts';
import type { PatientPlace } from '#viewer/engines/cornerstone/patient-place.ts';
import type { EngineStatus } from '#viewer/engines/image-engine.ts';
import { createParallelWalk } from './parallel-walk.ts';

/** What moves along in the other viewports. */
export interface SyncChoice {
  readonly scroll: boolean;
  readonly window: boolean;
  readonly place: boolean;
  readonly lines: boolean;
}
export const NO_SYNC: SyncChoice = { scroll: false, window: false, place: false, lines: true };

/** The part of an engine that can be moved from elsewhere; engines of slides lack it. */
export interface SyncedEngine extends Partial<PatientPlace> {
  setWindow?(window: { readonly center: number; readonly width: number }): void;
}

/** What is drawn over a viewport from the others, in coordinates of its image. */
export interface Guides {
  readonly line: readonly [ImagePoint, ImagePoint] | null;
  readonly cursor: ImagePoint | null;
}
const NO_GUIDES: Guides = { line: null, cursor: null };
/** Slices farther than this from the wanted place are not gone to: the place is outside of the series. */
const REACH_MM = 25;
const CURSOR_REACH_MM = 10;

/** Keeps viewports of one patient together, by the place in the Frame of Reference in mm. The active one leads. */
export interface ViewportSync {
  takeEngine(pane: number, engine: SyncedEngine | null): void;
  takeStatus(pane: number, status: EngineStatus): void;
  lead(pane: number): void;
  choose(choice: SyncChoice): void;
  /** The reader scrolled a viewport that does not lead: from there on it goes along. */
  movedByHand(pane: number): void;
  /** While it is held, the others show the point under the pointer. */
  pointing(held: boolean): void;
  guides(pane: number): Guides;
  subscribe(listener: () => void): () => void;
}

export function createViewportSync(): ViewportSync {
  const engines = new Map<number, SyncedEngine>();
  const guides = new Map<number, Guides>();
  const listeners = new Set<() => void>();
  let leader = 0;
  let choice = NO_SYNC;
  let isPointing = false;
  const walk = createParallelWalk();
  let before: { readonly target: string; readonly window: string; readonly framed: string } | null = null;

  const others = (): [number, SyncedEngine][] => [...engines].filter(([pane]) => pane !== leader);
  /** Only what lies in the same space moves together. */
  const sharesSpace = (a: SyncedEngine, b: SyncedEngine): boolean => {
    const uid = a.placed?.()?.frameOfReferenceUid ?? null;
    return uid !== null && uid === b.placed?.()?.frameOfReferenceUid;
  };
  const setGuides = (pane: number, next: Guides): void => {
    if (JSON.stringify(guides.get(pane) ?? NO_GUIDES) === JSON.stringify(next)) return;
    guides.set(pane, next);
    for (const listener of listeners) listener();
  };
  const middleOf = (engine: SyncedEngine): PatientVector | null => {
    const placed = engine.placed?.();
    if (placed == null) return null;
    const { plane, columns, rows } = placed;
    const at = (axis: 0 | 1 | 2): number =>
      plane.origin[axis] +
      (plane.rowCosines[axis] * columns * plane.columnSpacingMm +
        plane.columnCosines[axis] * rows * plane.rowSpacingMm) /
        2;
    return [at(0), at(1), at(2)];
  };
  const moveAlong = (
    source: SyncedEngine,
    changed: { target: boolean; window: boolean; framed: boolean },
    view: FrameView,
  ): void => {
    const here = source.placed?.() ?? null;
    const [middle, framed] = [middleOf(source), source.framed?.() ?? null];
    for (const [pane, engine] of others()) {
      const there = engine.placed?.() ?? null;
      const isAlike =
        here !== null && there !== null && sharesSpace(source, engine) && areParallelPlanes(here.plane, there.plane);
      if (choice.scroll && changed.target && isAlike && middle !== null) engine.goToPoint?.(middle, REACH_MM);
      if (choice.scroll && changed.target && !sharesSpace(source, engine)) {
        const point = walk.follow(pane, here, middle, there, middleOf(engine));
        if (point !== null) engine.goToPoint?.(point, REACH_MM);
      }
      if (choice.window && changed.window && here?.modality === there?.modality) {
        engine.setWindow?.({ center: view.windowCenter, width: view.windowWidth });
      }
      if (choice.place && changed.framed && isAlike && framed !== null)
        engine.frameAt?.(framed.middle, framed.mmPerPixel);
    }
  };
  const draw = (source: SyncedEngine): void => {
    const here = source.placed?.() ?? null;
    const point = isPointing ? (source.pointedAt?.() ?? null) : null;
    setGuides(leader, NO_GUIDES);
    for (const [pane, engine] of others()) {
      const isShared = sharesSpace(source, engine);
      if (point !== null && isShared) engine.goToPoint?.(point, CURSOR_REACH_MM);
      const there = engine.placed?.() ?? null;
      setGuides(pane, {
        line: choice.lines && isShared && here !== null && there !== null ? cuttingLine(here, there.plane) : null,
        cursor: point !== null && isShared && there !== null ? imagePoint(there.plane, point) : null,
      });
    }
  };
  return {
    takeEngine(pane, engine) {
      if (engine === null) engines.delete(pane);
      else engines.set(pane, engine);
      guides.delete(pane);
    },
    takeStatus(pane, { phase, target, view }) {
      const source = engines.get(leader);
      if (source === undefined) return;
      if (pane !== leader) {
        draw(source);
        return;
      }
      if (phase !== 'shown' || target === null || view?.kind !== 'frame') return;
      const framed = source.framed?.() ?? null;
      const now = {
        target: JSON.stringify(target),
        window: `${view.windowCenter} ${view.windowWidth}`,
        framed:
          framed === null ? '' : JSON.stringify([framed.middle.map((mm) => Math.round(mm * 100)), framed.mmPerPixel]),
      };
      const was = before;
      before = now;
      const middle = middleOf(source);
      if (was !== null) {
        const changed = {
          ...{ target: was.target !== now.target, window: was.window !== now.window },
          framed: was.framed !== now.framed && was.target === now.target,
        };
        if (changed.target || changed.window || changed.framed) moveAlong(source, changed, view);
      }
      walk.stand(middle);
      draw(source);
    },
    lead(pane) {
      if (pane === leader) return;
      leader = pane;
      before = null;
      walk.forget();
      const source = engines.get(pane);
      if (source !== undefined) draw(source);
    },
    movedByHand: (pane) => walk.forget(pane),
    choose(next) {
      choice = next;
      walk.forget();
      const source = engines.get(leader);
      if (source !== undefined) draw(source);
    },
    pointing(held) {
      if (held === isPointing) return;
      isPointing = held;
      const source = engines.get(leader);
      if (source !== undefined) draw(source);
    },
    guides: (pane) => guides.get(pane) ?? NO_GUIDES,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
