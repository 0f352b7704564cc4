/** Writes the directory of a File-set, DICOMDIR (PS3.3 annex F, PS3.10 section 8): records in a tree, linked by offsets. */
import {
  asciiBytes,
  encodeElements,
  encodeHead,
  joined,
  type OutputElement,
  type OutputEncoding,
  textElement,
} from './deidentification/output-element.ts';
import type { DicomJsonDataset } from './dicom-json.ts';
import { INSTANCE_KEYS, PATIENT_KEYS, type RecordKey, recordTypeOf, SERIES_KEYS, STUDY_KEYS } from './dicomdir-keys.ts';
import { encodeFileMeta } from './file-meta.ts';
import { datasetOf, elementOfJson, textOfJson } from './json-to-elements.ts';
import { DICOMDIR_SOP_CLASS } from './sop-class.ts';
import { hexTag } from './tag.ts';
import { EXPLICIT_LITTLE_ENDIAN } from './transfer-syntax.ts';

/** A file of the set as its directory record tells it; small, so that a large set fits into memory. */
export interface DirectoryEntry {
  /** Names below the root of the set, each up to 8 of A–Z, 0–9 and _ (PS3.10 section 8.2). */
  readonly fileId: readonly string[];
  readonly patient: DirectoryRecord;
  readonly study: DirectoryRecord;
  readonly series: DirectoryRecord;
  readonly instance: DirectoryRecord;
}

/** `id` tells which records are the same one: of a patient, a study, a series. */
interface DirectoryRecord {
  readonly id: string;
  readonly type: string;
  readonly elements: readonly OutputElement[];
}

const ENCODING: OutputEncoding = { explicitVr: true, littleEndian: true };
const ITEM = 0xfffee000;
const CHARACTER_SET = 0x00080005;
const PATIENT_ID = 0x00100020;
const STUDY_ID = 0x00200010;
const SERIES_NUMBER = 0x00200011;
const INSTANCE_NUMBER = 0x00200013;
const CONTENT_SEQUENCE = 0x0040a730;
const RELATIONSHIP_TYPE = '0040A010';
const VERIFICATION_DATE_TIME = 0x0040a030;
const VERIFYING_OBSERVERS = '0040A073';

/**
 * The records for one file, from its metadata. What a directory has to have and the object lacks (a patient ID, a study
 * ID, numbers) is made of `number`, the file's place in the set, or of the UIDs.
 */
export function directoryEntry(
  file: {
    readonly fileId: readonly string[];
    readonly sopClassUid: string;
    readonly sopInstanceUid: string;
    readonly studyUid: string;
    readonly seriesUid: string;
    readonly transferSyntaxUid: string;
    readonly hasPixels: boolean;
    /** From 1. */
    readonly number: number;
  },
  metadata: DicomJsonDataset,
): DirectoryEntry {
  const { fileId, sopClassUid, studyUid, seriesUid } = file;
  const type = recordTypeOf(sopClassUid, file.hasPixels);
  const patient = recordElements(PATIENT_KEYS, metadata, { [PATIENT_ID]: `UNKNOWN-${studyUid.slice(-12)}` });
  const study = recordElements(STUDY_KEYS, metadata, { [STUDY_ID]: studyUid.slice(-16) });
  const series = recordElements(SERIES_KEYS, metadata, { [SERIES_NUMBER]: '0' });
  const instance = recordElements(INSTANCE_KEYS[type], metadata, { [INSTANCE_NUMBER]: String(file.number) });
  return {
    fileId,
    // Patients are told apart by their ID and name: the same ID with another name is somebody else.
    patient: { id: keyOf(patient), type: 'PATIENT', elements: patient },
    study: { id: studyUid, type: 'STUDY', elements: study },
    series: { id: seriesUid, type: 'SERIES', elements: series },
    instance: {
      ...{ id: file.sopInstanceUid, type },
      elements: [
        ...instance,
        textElement(0x00041500, 'CS', fileId.join('\\')),
        textElement(0x00041510, 'UI', sopClassUid),
        textElement(0x00041511, 'UI', file.sopInstanceUid),
        textElement(0x00041512, 'UI', file.transferSyntaxUid),
        // Who does not know the kind of a private record finds its UID here (PS3.3 F.6.1).
        ...(type === 'PRIVATE' ? [textElement(0x00041432, 'UI', sopClassUid)] : []),
      ],
    },
  };
}

function keyOf(elements: readonly OutputElement[]): string {
  return elements.map(({ bytes }) => String.fromCharCode(...(bytes ?? [])).trim()).join('\n');
}

/** The keys with the values of the object, and the character set where one of them needs it (PS3.3 F.3.2.2). */
function recordElements(
  keys: readonly RecordKey[],
  metadata: DicomJsonDataset,
  made: Readonly<Record<number, string>>,
): OutputElement[] {
  const elements = keys.flatMap((key) => keyElement(key, metadata, made[key.tag]) ?? []);
  const international = elements.some(hasInternationalText);
  return international ? [textElement(CHARACTER_SET, 'CS', 'ISO_IR 192'), ...elements] : elements;
}

function keyElement(key: RecordKey, metadata: DicomJsonDataset, made: string | undefined): OutputElement | null {
  const { tag, vr, type } = key;
  if (vr === 'SQ') return sequenceElement(key, metadata);
  for (const source of [tag, ...(key.from ?? [])]) {
    const value = validText(vr, textOfJson(metadata[hexTag(source)]?.Value ?? []));
    if (value === '') continue;
    const written = elementOfJson(tag, { vr, Value: [value] });
    if (written !== null) return written;
  }
  if (tag === VERIFICATION_DATE_TIME) return verifiedLast(metadata);
  if (type === '1C') return null;
  if (type === '2') return { tag, vr };
  return { tag, vr, bytes: asciiBytes(made ?? key.otherwise ?? '') };
}

/** As PS3.5 section 6.2 has it: dates and times of ACR-NEMA lose their marks, what is no such value counts as absent. */
function validText(vr: string, text: string): string {
  const value = text.trim();
  const form = FORMS[vr];
  if (form === undefined) return value;
  const plain = value.replaceAll(form.marks, '');
  return form.valid.test(plain) ? plain : '';
}

const FORMS: Readonly<Record<string, { readonly marks: string; readonly valid: RegExp }>> = {
  DA: { marks: '.', valid: /^\d{8}$/ },
  TM: { marks: ':', valid: /^\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?$/ },
  IS: { marks: ' ', valid: /^[+-]?\d{1,11}$/ },
  CS: { marks: '\0', valid: /^[A-Z0-9_ \\]+$/ },
};

/** In the report itself each verifying observer has his own (PS3.3 C.17.2); the record tells the last one (F.5.20). */
function verifiedLast(metadata: DicomJsonDataset): OutputElement | null {
  const times = (metadata[VERIFYING_OBSERVERS]?.Value ?? []).flatMap((item) =>
    textOfJson(datasetOf(item)[hexTag(VERIFICATION_DATE_TIME)]?.Value ?? []).trim(),
  );
  const last = times.sort().at(-1) ?? '';
  return last === '' ? null : textElement(VERIFICATION_DATE_TIME, 'DT', last);
}

function sequenceElement({ tag, vr, type }: RecordKey, metadata: DicomJsonDataset): OutputElement | null {
  const element = metadata[hexTag(tag)];
  const items = (element?.Value ?? []).filter(
    (item) =>
      tag !== CONTENT_SEQUENCE || textOfJson(datasetOf(item)[RELATIONSHIP_TYPE]?.Value ?? []) === 'HAS CONCEPT MOD',
  );
  if (items.length === 0 && type === '1C') return null;
  return elementOfJson(tag, { vr, Value: items });
}

function hasInternationalText({ bytes, items }: OutputElement): boolean {
  if (items !== undefined) return items.some((item) => item.some(hasInternationalText));
  return bytes?.some((byte) => byte > 0x7e) ?? false;
}

/** A record in its place: where it stands in the file, and what it is linked to. */
interface PlacedRecord {
  readonly record: DirectoryRecord;
  readonly below: PlacedRecord[];
  offsetBytes: number;
}

/**
 * The file DICOMDIR. Records stand in the order of the entries, patients at the root; offsets count from the start of
 * the file to the item (PS3.3 F.3.2.2). `sopInstanceUid` is a new UID for this directory.
 */
export function encodeDicomdir(entries: readonly DirectoryEntry[], sopInstanceUid: string): Uint8Array {
  const meta = encodeFileMeta({
    ...{ sopClassUid: DICOMDIR_SOP_CLASS, sopInstanceUid },
    transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN,
  });
  const root = treeOf(entries);
  const ordered = inOrder(root);
  const front = encodeElements(fileSetElements(0, 0), ENCODING);
  let at = meta.length + front.length + encodeHead(0x00041220, 'SQ', 0, ENCODING).length;
  for (const placed of ordered) {
    placed.offsetBytes = at;
    // Links are numbers of a fixed size: the length is the same whatever they say.
    at += encodeRecord(placed.record, 0, 0).length;
  }
  const next = new Map<PlacedRecord, number>();
  for (const siblings of [root, ...ordered.map(({ below }) => below)]) {
    for (const [i, placed] of siblings.entries()) next.set(placed, siblings[i + 1]?.offsetBytes ?? 0);
  }
  const records = ordered.map((placed) =>
    encodeRecord(placed.record, next.get(placed) ?? 0, placed.below[0]?.offsetBytes ?? 0),
  );
  const body = joined(records);
  return joined([
    meta,
    encodeElements(fileSetElements(root[0]?.offsetBytes ?? 0, root.at(-1)?.offsetBytes ?? 0), ENCODING),
    encodeHead(0x00041220, 'SQ', body.length, ENCODING),
    body,
  ]);
}

function treeOf(entries: readonly DirectoryEntry[]): PlacedRecord[] {
  const root: PlacedRecord[] = [];
  const known = new Map<string, PlacedRecord>();
  const place = (siblings: PlacedRecord[], path: string, record: DirectoryRecord): PlacedRecord => {
    const present = known.get(path);
    if (present !== undefined) return present;
    const placed: PlacedRecord = { record, below: [], offsetBytes: 0 };
    known.set(path, placed);
    siblings.push(placed);
    return placed;
  };
  for (const { patient, study, series, instance } of entries) {
    const path = [patient.id];
    const onePatient = place(root, JSON.stringify(path), patient);
    path.push(study.id);
    const oneStudy = place(onePatient.below, JSON.stringify(path), study);
    path.push(series.id);
    const oneSeries = place(oneStudy.below, JSON.stringify(path), series);
    path.push(instance.id);
    place(oneSeries.below, JSON.stringify(path), instance);
  }
  return root;
}

function inOrder(records: readonly PlacedRecord[]): PlacedRecord[] {
  return records.flatMap((placed) => [placed, ...inOrder(placed.below)]);
}

function fileSetElements(firstBytes: number, lastBytes: number): OutputElement[] {
  return [
    { tag: 0x00041130, vr: 'CS' },
    long(0x00041200, firstBytes),
    long(0x00041202, lastBytes),
    short(0x00041212, 0),
  ];
}

function encodeRecord({ type, elements }: DirectoryRecord, nextBytes: number, lowerBytes: number): Uint8Array {
  const body = encodeElements(
    [
      long(0x00041400, nextBytes),
      short(0x00041410, 0xffff),
      long(0x00041420, lowerBytes),
      textElement(0x00041430, 'CS', type),
      ...elements,
    ],
    ENCODING,
  );
  return joined([encodeHead(ITEM, '', body.length, { explicitVr: false, littleEndian: true }), body]);
}

function long(tag: number, value: number): OutputElement {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return { tag, vr: 'UL', bytes };
}

function short(tag: number, value: number): OutputElement {
  return { tag, vr: 'US', bytes: Uint8Array.of(value & 0xff, value >> 8) };
}
