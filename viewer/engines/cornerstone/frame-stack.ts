import type { Target } from '#shared/annotation/annotation.ts';
import { materialPaths } from '#shared/api/material.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { TAG } from '#shared/dicom/tag.ts';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { sortSlices } from '#shared/imaging/image-plane.ts';
import { describeFrame, type FrameDescription } from './frame-description.ts';
import { numberOf, textOf } from './instance-attributes.ts';

export interface StackFrame {
  readonly sopInstanceUid: SopInstanceUid;
  /** From 1. */
  readonly frameNumber: number;
  /** Where the pixels are (WADO-RS frames resource). */
  readonly url: string;
  /** The whole instance in the DICOM JSON Model. */
  readonly metadata: DicomJsonDataset;
  readonly description: FrameDescription;
}

/** The frames of a series in the order in which they are scrolled. */
export interface FrameStack {
  readonly studyUid: StudyUid;
  readonly seriesUid: SeriesUid;
  readonly frames: readonly StackFrame[];
}

/** Objects with rows and columns whose pixels are labels or doses, not pictures (PS3.3 A.51, A.18.3). */
const NOT_PICTURES = new Set([
  '1.2.840.10008.5.1.4.1.1.66.4',
  '1.2.840.10008.5.1.4.1.1.66.7',
  '1.2.840.10008.5.1.4.1.1.481.2',
]);

/**
 * Builds a stack from the WADO-RS metadata of a series (PS3.18 10.4): multi-frame instances are expanded, objects
 * without a picture are left out, and slices are ordered along their normal, in the sense in which the instances are
 * numbered; without a common plane by instance number.
 */
export function buildFrameStack(
  studyUid: StudyUid,
  seriesUid: SeriesUid,
  instances: readonly DicomJsonDataset[],
): FrameStack {
  const frames = instances.flatMap((metadata): StackFrame[] => {
    const sopInstanceUid = textOf(metadata, TAG.SOPInstanceUID) as SopInstanceUid | null;
    if (sopInstanceUid === null || NOT_PICTURES.has(textOf(metadata, TAG.SOPClassUID) ?? '')) return [];
    const count = Math.max(1, numberOf(metadata, TAG.NumberOfFrames) ?? 1);
    return Array.from({ length: count }, (_, i) => i + 1).flatMap((frameNumber) => {
      const description = describeFrame(metadata, frameNumber);
      if (description === null) return [];
      const url = materialPaths.frame(studyUid, seriesUid, sopInstanceUid, frameNumber);
      return [{ sopInstanceUid, frameNumber, url, metadata, description }];
    });
  });
  const sorted = sortSlices(frames, ({ description }) => ({
    plane: description.plane,
    instanceNumber: description.instanceNumber,
  }));
  return { studyUid, seriesUid, frames: countsDown(sorted) ? sorted.toReversed() : sorted };
}

/** True when the instance numbers (or the frames of one instance) run against the order. */
function countsDown(frames: readonly StackFrame[]): boolean {
  const first = frames[0];
  const last = frames[frames.length - 1];
  if (first === undefined || last === undefined) return false;
  if (first.sopInstanceUid === last.sopInstanceUid) return first.frameNumber > last.frameNumber;
  return (first.description.instanceNumber ?? 0) > (last.description.instanceNumber ?? 0);
}

/** Place of a target in the stack, or -1. */
export function indexOfTarget(stack: FrameStack, target: Target): number {
  if (target.kind !== 'frame') return -1;
  return stack.frames.findIndex(
    ({ sopInstanceUid, frameNumber }) => sopInstanceUid === target.sopInstanceUid && frameNumber === target.frameNumber,
  );
}

/** The target of the frame at `index`, or null. */
export function targetAt(stack: FrameStack, index: number): Target | null {
  const frame = stack.frames[index];
  if (frame === undefined) return null;
  const { sopInstanceUid, frameNumber } = frame;
  return { kind: 'frame', studyUid: stack.studyUid, seriesUid: stack.seriesUid, sopInstanceUid, frameNumber };
}
