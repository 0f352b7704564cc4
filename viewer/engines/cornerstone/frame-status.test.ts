import { expect, it } from 'vitest';
import type { SeriesUid, StudyUid } from '#shared/ids.ts';
import { failureOfStatus } from './frame-failure.ts';
import { createFrameLook } from './frame-look.ts';
import { buildFrameStack } from './frame-stack.ts';
import { describeStatus, type StatusFacts } from './frame-status.ts';
import { fitted } from './placement.ts';

const stack = buildFrameStack('1.2' as StudyUid, '1.2.3' as SeriesUid, [
  {
    '00080018': { vr: 'UI', Value: ['1.2.3.1'] },
    '00280010': { vr: 'US', Value: [100] },
    '00280011': { vr: 'US', Value: [100] },
    '00280030': { vr: 'DS', Value: [0.5, 0.5] },
    '00282110': { vr: 'CS', Value: ['01'] },
  },
]);
const description = stack.frames[0]?.description;
if (description === undefined) throw new Error('no frame');
const LOOK = createFrameLook({ on: () => [] });
LOOK.voi.choose({ window: { center: 40, width: 400 } });
const facts: StatusFacts = {
  stack,
  painted: 0,
  covered: false,
  failure: null,
  placement: fitted(description, { width: 200, height: 200 }),
  look: LOOK,
  density: 1,
  view: null,
  loadedCount: 1,
  probe: null,
  preview: false,
  lens: false,
  userCalibration: undefined,
};

it('is blank without a series', () => {
  expect(describeStatus({ ...facts, stack: null }).phase).toBe('blank');
});

it('says where and how of the painted image', () => {
  const { phase, frame } = describeStatus(facts);
  expect(phase).toBe('shown');
  expect(frame).toMatchObject({
    index: 0,
    count: 1,
    zoom: 2,
    mmPerScreenPixel: 0.25,
    fidelity: [{ text: 'Lossy', level: 'attention' }, { text: 'Scale of the image' }],
  });
});

it('says nothing of a covered image, only why it is covered (rule 1: never the wrong image)', () => {
  const covered = describeStatus({ ...facts, covered: true, failure: failureOfStatus(500) });
  expect(covered).toMatchObject({ phase: 'covered', target: null, view: null, frame: null });
  expect(covered.reason).toContain('error 500');
  const loading = describeStatus({ ...facts, covered: true });
  expect(loading).toMatchObject({ phase: 'loading', reason: null, frame: null });
});

it('gives no scale without a calibration (rule 2: never a wrong unit)', () => {
  const [frame] = stack.frames;
  if (frame === undefined) throw new Error('no frame');
  const bare = {
    ...stack,
    frames: [{ ...frame, description: { ...description, calibration: { kind: 'none', reason: '' } } }],
  };
  expect(describeStatus({ ...facts, stack: bare as never }).frame?.mmPerScreenPixel).toBeNull();
});
