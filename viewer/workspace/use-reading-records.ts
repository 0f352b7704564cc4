import { notifications } from '@mantine/notifications';
import { type Dispatch, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Annotation, Finding } from '#shared/annotation/annotation.ts';
import type { CodedConcept } from '#shared/annotation/coded-concept.ts';
import { authorColors } from '#shared/annotation/palette.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import type { AnnotationId } from '#shared/ids.ts';
import { useMe } from '#viewer/api/account.ts';
import type { Drawn, EngineListener, Mark } from '#viewer/engines/image-engine.ts';
import { type ConsultationRecords, draftOfAnnotation } from '#viewer/state/consultation-records.ts';
import type { MyReportStore } from '#viewer/state/my-report.ts';
import type { SaveStatus } from '#viewer/state/record-store.ts';
import { redoAcross, undoAcross } from '#viewer/state/undo-across.ts';
import { whenSaved } from '#viewer/state/when-saved.ts';
import { annotationNumbers } from './annotation-words.ts';
import type { ShapeChanges } from './area-plans.ts';
import { markColor, marksOf } from './marks.ts';
import type { ReadingEvent, ReadingState } from './reading-state.ts';
import { type UserCalibrations, userCalibrations } from './user-calibrations.ts';

/** The records of the consultation as the reading page works with them. */
export interface ReadingWork {
  readonly annotations: readonly Annotation[];
  readonly findings: readonly Finding[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly colorOf: (authorId: string) => string;
  readonly myColor: string;
  readonly myId: string;
  /** False for those who only look, and once one's own part is signed. */
  readonly canWrite: boolean;
  readonly marks: readonly Mark[];
  /** The known lengths I marked, by SOP Instance UID. */
  readonly calibrations: UserCalibrations;
  readonly status: SaveStatus;
  /** What engines tell, all but their status and new shapes. */
  readonly listener: Omit<EngineListener, 'onStatus' | 'onDrawn'>;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  undo(): void;
  redo(): void;
  /** The colour an annotation has on the image. */
  readonly colorOfMark: (annotation: Annotation) => string;
  /** A new annotation of what was drawn. */
  create(drawn: Drawn, label: string, concept?: CodedConcept): void;
  /** Says what an annotation is; null: nothing is said. */
  classify(annotation: Annotation, concept: CodedConcept | null): void;
  label(annotation: Annotation, label: string): void;
  /** Several annotations at once, as one step of undo. */
  changeShapes(changes: ShapeChanges): void;
  removeAnnotation(annotation: Annotation): void;
  makeFinding(annotation: Annotation | null): void;
  changeFinding(finding: Finding, draft: { text: string; annotationIds: AnnotationId[] }): void;
  removeFinding(finding: Finding): void;
  /** Resolves when every annotation and finding is saved. */
  settle(): Promise<void>;
  /** Reads the records from the server again. */
  reload(): Promise<void>;
}

interface Options {
  readonly consultation: Consultation;
  readonly records: ConsultationRecords | null;
  readonly report: MyReportStore | null;
  readonly state: ReadingState;
  readonly dispatch: Dispatch<ReadingEvent>;
}

const NONE: readonly never[] = [];
const IDLE: SaveStatus = { phase: 'idle', savedAt: null, unsaved: 0, sentence: null };
const silent = () => () => {};
const none = () => NONE;
const idle = () => IDLE;

function merged(a: SaveStatus, b: SaveStatus): SaveStatus {
  const phase =
    [a, b].find((one) => one.phase === 'waiting')?.phase ?? [a, b].find((one) => one.phase === 'saving')?.phase;
  return {
    phase: phase ?? 'idle',
    savedAt: Math.max(a.savedAt ?? 0, b.savedAt ?? 0) || null,
    unsaved: a.unsaved + b.unsaved,
    sentence: a.sentence ?? b.sentence,
  };
}

/** Binds stores, selection and drawing; every change goes to a store and is saved at once. */
export function useReadingRecords({ consultation, records, report, state, dispatch }: Options): ReadingWork {
  const me = useMe();
  const subscribeAnnotations = records?.annotations.subscribe ?? silent;
  const subscribeFindings = records?.findings.subscribe ?? silent;
  const annotations = useSyncExternalStore(subscribeAnnotations, records?.annotations.records ?? none);
  const findings = useSyncExternalStore(subscribeFindings, records?.findings.records ?? none);
  const annotationStatus = useSyncExternalStore(subscribeAnnotations, records?.annotations.status ?? idle);
  const findingStatus = useSyncExternalStore(subscribeFindings, records?.findings.status ?? idle);
  const segmentStatus = useSyncExternalStore(records?.segments.subscribe ?? silent, records?.segments.status ?? idle);
  const keyImageStatus = useSyncExternalStore(
    records?.keyImages.subscribe ?? silent,
    records?.keyImages.status ?? idle,
  );
  const reportStatus = useSyncExternalStore(report?.subscribe ?? silent, report?.status ?? idle);
  const [mine] = useSyncExternalStore(report?.subscribe ?? silent, report?.records ?? none);
  const canWrite = records !== null && consultation.actions.includes('annotation.write') && mine?.signedVersion == null;

  useEffect(() => {
    if (records === null) return;
    const tell = () => {
      for (const message of records.stores.flatMap((store) => store.takeNotices())) {
        notifications.show({ color: 'yellow', message });
      }
    };
    const leave = records.stores.map((store) => store.subscribe(tell));
    return () => {
      for (const stop of leave) stop();
    };
  }, [records]);

  const numbers = useMemo(() => annotationNumbers(annotations), [annotations]);
  const colorOf = useMemo(() => authorColors(annotations), [annotations]);
  const editableBy = canWrite ? me.id : null;
  const { selectedId, alsoSelected, hiddenAuthors, lockedAuthors, colourByClass, hiddenClasses } = state;
  const classes = useMemo(() => ({ colour: colourByClass, hidden: hiddenClasses }), [colourByClass, hiddenClasses]);
  const calibrations = useMemo(() => userCalibrations(annotations, me.id), [annotations, me.id]);
  const marks = useMemo(
    () =>
      marksOf(annotations, {
        nameOf: (id) => `A${numbers.get(id) ?? ''}`,
        colorOf,
        classes,
        selectedId,
        alsoSelected,
        hiddenAuthors,
        editableBy: editableBy !== null && lockedAuthors.has(editableBy) ? null : editableBy,
      }),
    [annotations, numbers, colorOf, classes, selectedId, alsoSelected, hiddenAuthors, lockedAuthors, editableBy],
  );

  const actions = useMemo(() => {
    const stores = [...(records?.stores ?? []), ...(report === null ? [] : [report])];
    const known = (id: string) => records?.annotations.records().find((annotation) => annotation.id === id);
    const remove = (...ids: readonly string[]) => {
      records?.annotations.together(() => {
        for (const id of ids) records.annotations.remove(id);
      });
      dispatch({ type: 'select', id: null });
    };
    return {
      listener: {
        onChanged({ id, geometry, view, measurements }) {
          const before = known(id);
          if (before !== undefined) {
            records?.annotations.change(id, { ...draftOfAnnotation(before), geometry, view, measurements });
          }
        },
        onSelected: (id, more = false) =>
          dispatch(more && id !== null ? { type: 'select-more', id } : { type: 'select', id }),
        onDeleteRequested: remove,
      } satisfies Omit<EngineListener, 'onStatus' | 'onDrawn'>,
      create({ target, geometry, view, measurements, calibration }: Drawn, label: string, concept?: CodedConcept) {
        const draft = {
          ...{ target, geometry, label, view, measurements },
          ...(calibration && { calibration }),
          ...(concept && { concept }),
        };
        const id = records?.annotations.create(draft);
        if (id !== undefined) dispatch({ type: 'drawn', id });
      },
      undo: () => {
        undoAcross(stores);
      },
      redo: () => {
        redoAcross(stores);
      },
      changeShapes({ changed, made, removed }: ShapeChanges) {
        records?.annotations.together(() => {
          for (const { id, geometry, measurements } of changed) {
            const before = known(id);
            if (before === undefined) continue;
            records.annotations.change(id, { ...draftOfAnnotation(before), geometry, measurements });
          }
          for (const draft of made) records.annotations.create(draft);
          for (const id of removed) records.annotations.remove(id);
        });
      },
      label(annotation: Annotation, label: string) {
        const newest = known(annotation.id);
        if (newest !== undefined) records?.annotations.change(annotation.id, { ...draftOfAnnotation(newest), label });
      },
      classify(annotation: Annotation, concept: CodedConcept | null) {
        const newest = known(annotation.id);
        if (newest === undefined) return;
        const { concept: _, ...rest } = draftOfAnnotation(newest);
        records?.annotations.change(annotation.id, { ...rest, ...(concept && { concept }) });
      },
      removeAnnotation: (annotation: Annotation) => remove(annotation.id),
      makeFinding(annotation: Annotation | null) {
        const annotationIds = annotation === null ? [] : [annotation.id];
        const id = records?.findings.create({ text: annotation?.label ?? '', annotationIds });
        if (id !== undefined) dispatch({ type: 'finding', id });
      },
      changeFinding(finding: Finding, draft: { text: string; annotationIds: AnnotationId[] }) {
        records?.findings.change(finding.id, draft);
      },
      removeFinding: (finding: Finding) => records?.findings.remove(finding.id),
      reload: async () => records?.reload(),
      async settle() {
        if (records === null) return;
        await Promise.all(records.stores.map((store) => whenSaved(store)));
      },
    };
  }, [records, report, dispatch]);

  const stores = [...(records?.stores ?? []), ...(report === null ? [] : [report])];
  return {
    ...actions,
    annotations,
    findings,
    numbers,
    colorOf,
    colorOfMark: (annotation) => markColor(annotation, { colorOf, classes }),
    myColor: colorOf(me.id),
    myId: me.id,
    canWrite,
    marks,
    calibrations,
    status: [findingStatus, segmentStatus, keyImageStatus, reportStatus].reduce(merged, annotationStatus),
    canUndo: canWrite && stores.some((store) => store.undoAt() !== null),
    canRedo: canWrite && stores.some((store) => store.redoAt() !== null),
  };
}
