import type { StudySummary } from '#shared/api/material.ts';
import type { HangableMaterial } from '#shared/hanging/hang-images.ts';
import { newestStudy, priorsOf, type StudyFacts } from '#shared/hanging/prior-studies.ts';
import { itemKey, type PaneItem, type SeriesItem } from './pane-item.ts';

/** A study with what tells its patient and its examination. */
type KnownStudy = StudyFacts & { readonly study: StudySummary };

function factsOf(study: StudySummary): KnownStudy {
  const { studyUid, studyDate, patientName, patientId, patientIdIssuer, patientBirthDate } = study;
  const images = study.series.filter(({ isImage }) => isImage);
  const parts = images.flatMap(({ description, displaySets }) => [
    description,
    ...displaySets.map(({ bodyPart }) => bodyPart ?? ''),
  ]);
  return {
    ...{ study, studyUid, studyDate, patientName, patientId, patientIdIssuer, patientBirthDate },
    modalities: [...new Set(images.map(({ modality }) => modality))],
    region: [study.description, ...parts].join(' '),
  };
}

function seriesItems(items: readonly PaneItem[]): SeriesItem[] {
  return items.filter((item) => item.kind === 'series');
}

function studiesOf(items: readonly PaneItem[]): KnownStudy[] {
  return [...new Set(seriesItems(items).map(({ study }) => study))].map(factsOf);
}

/** Studies of the same patient that are older than a study of the consultation, the most alike first. */
export function priorStudies(items: readonly PaneItem[], studyUid: string): StudySummary[] {
  const studies = studiesOf(items);
  const current = studies.find((one) => one.studyUid === studyUid);
  return current === undefined ? [] : priorsOf(studies, current).map(({ study }) => study);
}

/** The images of a consultation as hanging protocols look at them; null without any. The newest study is to be read. */
export function hangableMaterial(items: readonly PaneItem[]): HangableMaterial | null {
  const current = newestStudy(studiesOf(items));
  return current === undefined ? null : materialAbout(items, current.studyUid);
}

/** The same with a certain study to be read. */
export function materialAbout(items: readonly PaneItem[], studyUid: string): HangableMaterial {
  return {
    currentStudyUid: studyUid,
    priorStudyUids: priorStudies(items, studyUid).map((study) => study.studyUid),
    sets: seriesItems(items).map((item) => {
      const { study, series, set } = item;
      return {
        ...{ key: itemKey(item), studyUid: study.studyUid, modality: series.modality },
        ...{ bodyPart: set.bodyPart ?? '', view: set.view ?? '', laterality: set.laterality ?? '', plane: set.plane },
        ...{ kind: set.kind, frameCount: set.frameCount, description: series.description },
        studyDescription: study.description,
      };
    }),
  };
}
