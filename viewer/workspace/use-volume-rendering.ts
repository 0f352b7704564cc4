import { type RefObject, useEffect, useState } from 'react';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import type { RenderingPreset } from '#viewer/engines/cornerstone/rendering-presets.ts';
import type { RenderingLook, RenderingStatus, VolumeRendering } from '#viewer/engines/cornerstone/volume-rendering.ts';

export interface RenderingState {
  readonly rendering: VolumeRendering | null;
  readonly status: RenderingStatus | null;
  readonly presets: readonly RenderingPreset[];
  /** What was corrected in the slices or left out of them, in sentences. */
  readonly remarks: readonly string[];
  readonly loaded: number;
  readonly count: number;
  /** Why nothing is rendered, one sentence. */
  readonly problem: string | null;
}

const NOTHING: RenderingState = {
  ...{ rendering: null, status: null, presets: [], remarks: [], loaded: 0, count: 0, problem: null },
};

const LOST = 'The graphics card has taken its memory back. Open 3D again.';
const BUILT_AGAIN = 'The graphics card took its memory back; the rendering was built again as it was.';
const MOST_LOSSES = 2;

/** Loads a series as a volume and renders it in `host`, for as long as the component is there. */
export function useVolumeRendering(
  host: RefObject<HTMLDivElement | null>,
  studyUid: StudyUid,
  seriesUid: SeriesUid,
  members: readonly SopInstanceUid[],
): RenderingState {
  const [state, setState] = useState<RenderingState>(NOTHING);
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    let rendering: VolumeRendering | null = null;
    const change = (part: Partial<RenderingState>): void => {
      if (!signal.aborted) setState((now) => ({ ...now, ...part }));
    };
    const open = async (): Promise<void> => {
      const { graphicsCard } = await import('#viewer/engines/cornerstone/graphics-card.ts');
      const card = graphicsCard();
      if (card === null) throw new Error('3D needs WebGL 2, which this browser or its graphics card does not have.');
      // The large code comes while the slices do; a failure of it is met below.
      const engine = import('#viewer/engines/cornerstone/volume-rendering.ts');
      engine.catch(() => undefined);
      const [{ loadFrameStack }, { geometryOfStack, loadVolume }, { renderedSeries }] = await Promise.all([
        import('#viewer/engines/cornerstone/series-metadata.ts'),
        import('#viewer/engines/cornerstone/loaded-volume.ts'),
        import('#viewer/engines/cornerstone/rendered-series.ts'),
      ]);
      const stack = await loadFrameStack(studyUid, seriesUid, signal, members);
      const geometry = geometryOfStack(stack);
      change({ count: geometry.origins.length, remarks: geometry.corrections });
      const loaded = await loadVolume(stack, geometry, (count) => change({ loaded: count }), signal);
      const volume = await renderedSeries(loaded, card, signal);
      const { renderVolume } = await engine;
      if (signal.aborted || host.current === null) return;
      const [x, y, z] = volume.grid.dimensions;
      const remarks = [...geometry.corrections];
      if (volume.grid.decimated) remarks.push(`Decimated to ${x} × ${y} × ${z} voxels`);
      if (volume.emulated) remarks.push('Coarse: there is no graphics card');
      let losses = 0;
      const build = async (before: RenderingLook | null): Promise<void> => {
        if (signal.aborted || host.current === null) return;
        const onStatus = (status: RenderingStatus) => change({ status });
        const made = await renderVolume(host.current, volume, onStatus, () => rebuild(), before);
        if (signal.aborted) return made.dispose();
        rendering = made;
        change({
          rendering: made,
          presets: volume.presets,
          remarks: losses === 0 ? remarks : [...remarks, BUILT_AGAIN],
        });
      };
      /** From the voxels, which the page still has. A card that goes on taking its memory back is left alone. */
      const rebuild = (): void => {
        const before = rendering?.look() ?? null;
        rendering?.dispose();
        rendering = null;
        losses += 1;
        change({ rendering: null });
        if (losses > MOST_LOSSES) change({ problem: LOST });
        else build(before).catch(() => change({ problem: LOST }));
      };
      await build(null);
    };
    setState(NOTHING);
    open().catch((error: unknown) => {
      change({ problem: error instanceof Error ? error.message : 'This series cannot be rendered.' });
    });
    return () => {
      leaving.abort(new DOMException('The rendering was closed', 'AbortError'));
      rendering?.dispose();
    };
  }, [host, studyUid, seriesUid, members]);
  return state;
}
