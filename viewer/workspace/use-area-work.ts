import { notifications } from '@mantine/notifications';
import { type Dispatch, useMemo, useRef } from 'react';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { isRegion } from '#shared/annotation/geometry.ts';
import { measureGeometry } from '#shared/annotation/measure.ts';
import type { Material } from '#shared/api/material.ts';
import type { Drawn } from '#viewer/engines/image-engine.ts';
import { calibrationOf } from '#viewer/engines/openseadragon/magnification.ts';
import { type AreaOperation, type AreaPlan, type AreaTools, planCut, planOperation } from './area-plans.ts';
import type { ReadingEvent, ReadingState } from './reading-state.ts';
import type { ReadingWork } from './use-reading-records.ts';

/** What can be done with the selected areas of a slide. */
export interface AreaWork {
  /** The selected areas, the first one first; all on one slide. Empty: there is nothing to combine. */
  readonly selection: readonly Annotation[];
  run(operation: AreaOperation): void;
  /** Cuts the selected areas, or with none selected every area of one's own, along a line. */
  cut(drawn: Drawn): void;
}

interface Options {
  readonly material: Material;
  readonly state: ReadingState;
  readonly dispatch: Dispatch<ReadingEvent>;
  readonly work: ReadingWork;
}

/** The selected annotations, the first one first. */
export function selectedAnnotations(
  annotations: readonly Annotation[],
  { selectedId, alsoSelected }: Pick<ReadingState, 'selectedId' | 'alsoSelected'>,
): Annotation[] {
  const ids = selectedId === null ? [] : [selectedId, ...alsoSelected];
  return ids.map((id) => annotations.find((one) => one.id === id)).filter((one) => one !== undefined);
}

const loadAreas = () => import('#shared/annotation/areas.ts');

/** Binds the operations on areas to the selection and the records; each is one step of undo. */
export function useAreaWork(options: Options): AreaWork {
  const latest = useRef(options);
  latest.current = options;
  const { work, state } = options;
  const { annotations } = work;
  const selection = useMemo(() => {
    const areas = selectedAnnotations(annotations, state).filter(({ geometry }) => isRegion(geometry));
    const slideId = slideOf(areas[0]);
    return slideId === null ? [] : areas.filter((one) => slideOf(one) === slideId);
  }, [annotations, state]);
  const actions = useMemo(() => {
    const apply = async (slideId: string, plan: (now: readonly Annotation[], tools: AreaTools) => AreaPlan) => {
      const areas = await loadAreas();
      const { material, work, state, dispatch } = latest.current;
      const slide = material.slides.find(({ id }) => id === slideId);
      if (slide === undefined || !work.canWrite) return;
      const isMine = ({ author }: Annotation) => author.id === work.myId && !state.lockedAuthors.has(author.id);
      const measure: AreaTools['measure'] = (geometry) => measureGeometry(geometry, calibrationOf(slide));
      const result = plan(work.annotations, { areas, measure, isMine });
      if (typeof result === 'string') {
        notifications.show({ color: 'yellow', message: result });
        return;
      }
      work.changeShapes(result);
      dispatch({ type: 'select', id: result.changed[0]?.id ?? null });
    };
    return { apply };
  }, []);
  return {
    selection,
    run(operation) {
      const slideId = slideOf(selection[0]);
      const ids = selection.map(({ id }) => id);
      if (slideId === null) return;
      void actions.apply(slideId, (now, tools) =>
        planOperation(
          operation,
          ids.map((id) => now.find((one) => one.id === id)).filter((one) => one !== undefined),
          tools,
        ),
      );
    },
    cut({ target, geometry }) {
      if (target.kind !== 'slide' || geometry.kind !== 'polyline') return;
      const ids = new Set(selection.map(({ id }) => id));
      const { hiddenAuthors } = state;
      void actions.apply(target.slideId, (now, tools) => {
        const candidates = now.filter(
          (one) =>
            slideOf(one) === target.slideId && !hiddenAuthors.has(one.author.id) && (ids.size === 0 || ids.has(one.id)),
        );
        return planCut(geometry.points, candidates, tools);
      });
    },
  };
}

function slideOf(annotation: Annotation | undefined): string | null {
  return annotation?.target.kind === 'slide' ? annotation.target.slideId : null;
}
