import { describe, expect, it } from 'vitest';
import type { ImagePlane } from '#shared/imaging/image-plane.ts';
import type { EngineStatus } from '#viewer/engines/image-engine.ts';
import { createViewportSync, NO_SYNC, type SyncedEngine } from './viewport-sync.ts';

const axial = (z: number): ImagePlane => ({
  ...{ origin: [0, 0, z], rowCosines: [1, 0, 0], columnCosines: [0, 1, 0], rowSpacingMm: 1, columnSpacingMm: 1 },
});
const sagittal: ImagePlane = {
  ...{ origin: [50, 0, 100], rowCosines: [0, 1, 0], columnCosines: [0, 0, -1], rowSpacingMm: 1, columnSpacingMm: 1 },
};

function engine(plane: ImagePlane, frameOfReferenceUid: string | null = '1.2', modality = 'CT') {
  const asked: string[] = [];
  const fake: SyncedEngine = {
    placed: () => ({ plane, columns: 100, rows: 100, frameOfReferenceUid, modality }),
    pointedAt: () => [10, 20, 30],
    goToPoint: (point, reach) => asked.push(`go ${point.join(' ')} within ${reach}`),
    framed: () => ({ middle: [50, 50, plane.origin[2]], mmPerPixel: 0.5 }),
    frameAt: (middle, mm) => asked.push(`frame ${middle.join(' ')} at ${mm}`),
    setWindow: ({ center, width }) => asked.push(`window ${center} ${width}`),
  };
  return { fake, asked };
}
const status = (instance: string, windowCenter = 40): EngineStatus =>
  ({
    phase: 'shown',
    target: { kind: 'frame', sopInstanceUid: instance },
    view: { kind: 'frame', windowCenter, windowWidth: 400 },
  }) as unknown as EngineStatus;

describe('linked viewports', () => {
  it('go to the place of the active one in mm, and only in the same Frame of Reference and direction', () => {
    const sync = createViewportSync();
    const [lead, alike, elsewhere, across] = [
      engine(axial(7)),
      engine(axial(0)),
      engine(axial(0), '9'),
      engine(sagittal),
    ];
    for (const [pane, { fake }] of [lead, alike, elsewhere, across].entries()) sync.takeEngine(pane, fake);
    sync.choose({ ...NO_SYNC, scroll: true });
    sync.takeStatus(0, status('a'));
    expect(alike.asked).toEqual([]);
    sync.takeStatus(0, status('b'));
    expect(alike.asked).toEqual(['go 50 50 7 within 25']);
    expect([...elsewhere.asked, ...across.asked, ...lead.asked]).toEqual([]);
    // What another viewport does by itself moves nobody.
    sync.takeStatus(1, status('c'));
    expect(alike.asked).toHaveLength(1);
  });

  it('of another examination go as far as the active one, from where the reader put them', () => {
    const sync = createViewportSync();
    let [z, theirs] = [0, 500];
    const asked: number[] = [];
    const at = (place: () => number, uid: string): SyncedEngine => ({
      placed: () => ({ plane: axial(place()), columns: 100, rows: 100, frameOfReferenceUid: uid, modality: 'CT' }),
      goToPoint: (point) => asked.push(point[2]),
    });
    sync.takeEngine(
      0,
      at(() => z, '1'),
    );
    sync.takeEngine(
      1,
      at(() => theirs, '2'),
    );
    sync.choose({ ...NO_SYNC, scroll: true });
    sync.takeStatus(0, status('a'));
    z = 4;
    sync.takeStatus(0, status('b'));
    // Its slices lie 5 mm apart: it is nearest, and the rest is not forgotten.
    theirs = 505;
    z = 10;
    sync.takeStatus(0, status('c'));
    expect(asked).toEqual([504, 510]);
    theirs = 520;
    sync.movedByHand(1);
    z = 11;
    sync.takeStatus(0, status('d'));
    expect(asked[2]).toBe(521);
  });

  it('share a window within a modality', () => {
    const sync = createViewportSync();
    const [lead, ct, mr] = [engine(axial(0)), engine(axial(0), '9'), engine(axial(0), '1.2', 'MR')];
    for (const [pane, { fake }] of [lead, ct, mr].entries()) sync.takeEngine(pane, fake);
    sync.choose({ ...NO_SYNC, window: true });
    sync.takeStatus(0, status('a'));
    sync.takeStatus(0, status('a', -600));
    expect(ct.asked).toEqual(['window -600 400']);
    expect(mr.asked).toEqual([]);
  });

  it('show where they are cut and the point that is pointed at', () => {
    const sync = createViewportSync();
    const [lead, across] = [engine(axial(40)), engine(sagittal)];
    sync.takeEngine(0, lead.fake);
    sync.takeEngine(1, across.fake);
    sync.takeStatus(0, status('a'));
    expect(sync.guides(1).line?.map(([, y]) => y)).toEqual([60.5, 60.5]);
    expect(sync.guides(0).line).toBeNull();
    sync.pointing(true);
    expect(across.asked).toEqual(['go 10 20 30 within 10']);
    expect(sync.guides(1).cursor).toEqual([20.5, 70.5]);
    sync.pointing(false);
    sync.choose({ ...NO_SYNC, lines: false });
    expect(sync.guides(1)).toEqual({ line: null, cursor: null });
  });
});
