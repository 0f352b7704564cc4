/** What every object that we make of stored images has in common: whose it is, and which images it rests on. */
import { type ImageReference, sopReference } from './content-item.ts';
import type { DicomJsonDataset } from './dicom-json.ts';

/** An image that an object of ours points to, as its file describes it. */
export interface SourceInstance {
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  readonly seriesUid: string;
  readonly studyUid: string;
  readonly frameCount: number;
  /** The whole instance. */
  readonly metadata: DicomJsonDataset;
}

const COPIED: readonly (readonly [tag: string, vr: string])[] = [
  ['00080020', 'DA'],
  ['00080030', 'TM'],
  ['00080050', 'SH'],
  ['00080090', 'PN'],
  ['00081030', 'LO'],
  ['00100010', 'PN'],
  ['00100020', 'LO'],
  ['00100030', 'DA'],
  ['00100040', 'CS'],
  ['00200010', 'SH'],
];

/** Patient and General Study as the image has them, present though empty where it has nothing. */
export function patientAndStudyOf({ metadata, studyUid }: SourceInstance): DicomJsonDataset {
  return {
    ...Object.fromEntries(COPIED.map(([tag, vr]) => [tag, metadata[tag] ?? { vr }])),
    '0020000D': { vr: 'UI', Value: [studyUid] },
  };
}

export interface WrittenBy {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly seriesUid: string;
  readonly seriesNumber: number;
  readonly instanceNumber: number;
  readonly modality: string;
  readonly seriesDescription: string;
  /** ISO 8601 in UTC. */
  readonly writtenAt: string;
}

/** SOP Common, the series and the equipment; texts are UTF-8. */
export function objectHeader(by: WrittenBy): DicomJsonDataset {
  const { date, time } = dateAndTime(by.writtenAt);
  return {
    '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
    '00080016': { vr: 'UI', Value: [by.sopClassUid] },
    '00080018': { vr: 'UI', Value: [by.sopInstanceUid] },
    '00080023': { vr: 'DA', Value: [date] },
    '00080033': { vr: 'TM', Value: [time] },
    '00080060': { vr: 'CS', Value: [by.modality] },
    '00080070': { vr: 'LO', Value: ['Consilium'] },
    '0008103E': { vr: 'LO', Value: [by.seriesDescription] },
    '0020000E': { vr: 'UI', Value: [by.seriesUid] },
    '00200011': { vr: 'IS', Value: [by.seriesNumber] },
    '00200013': { vr: 'IS', Value: [by.instanceNumber] },
  };
}

/** Values of DA and TM. */
export function dateAndTime(iso: string): { readonly date: string; readonly time: string } {
  const [date = '', time = ''] = iso.split('T');
  return { date: date.replaceAll('-', ''), time: time.replace(/[:Z]/g, '').slice(0, 10) };
}

/** An image as objects name it: by its frame only where it has several. */
export function referenceTo(
  { sopClassUid, sopInstanceUid, frameCount }: SourceInstance,
  frameNumber: number | null,
): ImageReference {
  return { sopClassUid, sopInstanceUid, frameNumber: frameCount > 1 ? frameNumber : null };
}

/** Every image, by series, as an evidence sequence has them (PS3.3 C.17.2.3). They belong to one study. */
export function evidenceOf(images: readonly SourceInstance[]): DicomJsonDataset[] {
  const series = new Map<string, SourceInstance[]>();
  for (const image of images) series.set(image.seriesUid, [...(series.get(image.seriesUid) ?? []), image]);
  const referenced = [...series].map(([uid, members]) =>
    seriesReference(
      uid,
      members.map((image) => sopReference(referenceTo(image, null))),
    ),
  );
  return [
    { '00081115': { vr: 'SQ', Value: referenced }, '0020000D': { vr: 'UI', Value: [images[0]?.studyUid ?? ''] } },
  ];
}

/** A series with instances of it (PS3.3 table 10-4). */
export function seriesReference(seriesUid: string, references: readonly DicomJsonDataset[]): DicomJsonDataset {
  return { '00081199': { vr: 'SQ', Value: references }, '0020000E': { vr: 'UI', Value: [seriesUid] } };
}

/** A name as family and given name, as far as one can tell; the delimiters of a PN mean something else there (PS3.5 section 6.2.1). */
export function personNameOf(name: string): string {
  const words = name
    .replace(/[\\^=]/g, ' ')
    .trim()
    .slice(0, 62)
    .split(/\s+/);
  const family = words.pop() ?? '';
  return words.length === 0 ? family : `${family}^${words.join(' ')}`;
}
