import { type RefObject, useEffect, useRef, useState } from 'react';
import { unitText } from '#shared/annotation/measurement.ts';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import type { VolumeView } from '#shared/imaging/volume-view.ts';
import type { FrameStack } from '#viewer/engines/cornerstone/frame-stack.ts';
import type { MprEngine, MprStatus } from '#viewer/engines/cornerstone/mpr-engine.ts';
import type { VolumePlane } from '#viewer/engines/cornerstone/volume-axes.ts';

export interface MprState {
  readonly engine: MprEngine | null;
  readonly status: MprStatus | null;
  /** What was corrected in the slices, in sentences. */
  readonly corrections: readonly string[];
  readonly unit: string;
  /** What is cut, for layers that are to be laid over it. */
  readonly stack: FrameStack | null;
  readonly loaded: number;
  readonly count: number;
  /** Why there are no planes, one sentence. */
  readonly problem: string | null;
}

const NOTHING: MprState = {
  ...{ engine: null, status: null, corrections: [], unit: '', stack: null, loaded: 0, count: 0, problem: null },
};

/** Loads a series as a volume and shows it in three planes, for as long as the component is there. */
export function useMprEngine(
  hosts: Readonly<Record<VolumePlane, RefObject<HTMLDivElement | null>>>,
  studyUid: StudyUid,
  seriesUid: SeriesUid,
  members: readonly SopInstanceUid[],
  before: VolumeView | null,
): MprState {
  const [state, setState] = useState<MprState>(NOTHING);
  const { axial, coronal, sagittal } = hosts;
  // Only how it begins; later the hand has it.
  const first = useRef(before);
  useEffect(() => {
    const leaving = new AbortController();
    let engine: MprEngine | null = null;
    const open = async (): Promise<void> => {
      const [{ loadFrameStack }, { geometryOfStack, loadVolume }, { createMprEngine }] = await Promise.all([
        import('#viewer/engines/cornerstone/series-metadata.ts'),
        import('#viewer/engines/cornerstone/loaded-volume.ts'),
        import('#viewer/engines/cornerstone/mpr-engine.ts'),
      ]);
      const stack = await loadFrameStack(studyUid, seriesUid, leaving.signal, members);
      const geometry = geometryOfStack(stack);
      const count = geometry.origins.length;
      setState({ ...NOTHING, stack, count, corrections: geometry.corrections });
      const volume = await loadVolume(
        stack,
        geometry,
        (loaded) => setState((now) => ({ ...now, loaded })),
        leaving.signal,
      );
      if (leaving.signal.aborted || !axial.current || !coronal.current || !sagittal.current) return;
      const places = { axial: axial.current, coronal: coronal.current, sagittal: sagittal.current };
      engine = createMprEngine(places, volume, (status) => setState((now) => ({ ...now, status })), first.current);
      const made = engine;
      const { meaning } = volume.description;
      const unit = meaning === null || meaning.unit === '1' ? '' : ` ${unitText(meaning.unit)}`;
      setState((now) => ({ ...now, engine: made, unit }));
    };
    setState(NOTHING);
    open().catch((error: unknown) => {
      if (leaving.signal.aborted) return;
      const problem = error instanceof Error ? error.message : 'No planes can be made of this series.';
      setState((now) => ({ ...now, problem }));
    });
    return () => {
      leaving.abort(new DOMException('The planes were closed', 'AbortError'));
      engine?.dispose();
    };
  }, [axial, coronal, sagittal, studyUid, seriesUid, members]);
  return state;
}
