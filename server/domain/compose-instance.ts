import { codedTransferSyntax, codestreamOffset, isCodedMediaType } from '#shared/dicom/coded-stream.ts';
import {
  encodeElements,
  encodeHead,
  joined,
  type OutputElement,
  UNDEFINED_LENGTH,
} from '#shared/dicom/deidentification/output-element.ts';
import { encodeFileMeta } from '#shared/dicom/file-meta.ts';
import { datasetFromJson } from '#shared/dicom/json-dataset.ts';
import { formatTag, TAG } from '#shared/dicom/tag.ts';
import { EXPLICIT_LITTLE_ENDIAN } from '#shared/dicom/transfer-syntax.ts';
import { AppError } from '#shared/errors.ts';
import { isUid, type SeriesUid, type SopInstanceUid, type StudyUid } from '#shared/ids.ts';
import type { ComposedObject, InstanceIdentity, RefusedObject } from './incoming-object.ts';
import type { StagedFile, Staging } from './ingest-ports.ts';

/** One part of a request that holds bulk data; the caller owns its file. */
export interface BulkPart {
  /** Lower case, without parameters. */
  readonly mediaType: string;
  /** The parameter transfer-syntax, or null. */
  readonly transferSyntaxUid: string | null;
  readonly file: StagedFile;
}

/** The parts under one Content-Location, in the order they came: a frame each when the pixels are compressed. */
export type BulkParts = (uri: string) => readonly BulkPart[];

/** Values up to this size are put together in memory, and so many bytes of them. */
const MEMORY_VALUE_BYTES = 1024 * 1024;
const MEMORY_BYTES = 64 * 1024 * 1024;
/** Enough for the headers of a compressed frame with an ICC profile before them. */
const STREAM_HEAD_BYTES = 64 * 1024;
const ENCODING = { explicitVr: true, littleEndian: true };
const ITEM = 0xfffee000;
const SEQUENCE_END = 0xfffee0dd;
const PIXELS: ReadonlySet<number> = new Set([TAG.PixelData, TAG.FloatPixelData, TAG.DoubleFloatPixelData]);

/** A value that goes from its staged files into the new one without passing through memory. */
interface StreamedValue {
  readonly tag: number;
  readonly vr: string;
  readonly parts: readonly BulkPart[];
  /** Null for a value as it is, else the frames are encapsulated (PS3.5 A.4) from these offsets of their files on. */
  readonly frameOffsets: readonly number[] | null;
}

/**
 * A Part 10 file from metadata and bulk data (PS3.18 section 10.5.2): Explicit VR Little Endian, or the syntax of its
 * compressed frames. What cannot be made comes back as a refusal.
 */
export async function composeInstance(
  staging: Staging,
  json: unknown,
  bulk: BulkParts,
  signal: AbortSignal,
): Promise<ComposedObject | RefusedObject> {
  const identity = identityOf(json);
  try {
    if (identity === null) throw new AppError('DICOM_JSON_INVALID', NAMELESS);
    const attributes = json as Readonly<Record<string, unknown>>;
    const streamed = await streamedValues(staging, attributes, bulk);
    const rest = Object.fromEntries(
      Object.entries(attributes).filter(([key]) => !streamed.some(({ tag }) => tag === Number.parseInt(key, 16))),
    );
    const loaded = await loadSmall(staging, rest, bulk, signal);
    const { elements, coerced } = datasetFromJson(rest, (uri) => loaded.get(uri) ?? null);
    const transferSyntaxUid = await transferSyntaxOf(staging, streamed);
    const meta = encodeFileMeta({ ...identity, transferSyntaxUid });
    return { content: contentOf(staging, meta, elements, streamed, signal), coerced };
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return { identity, refusal: error };
    throw error;
  }
}

const NAMELESS = {
  place: 'the data set',
  reason: 'it lacks SOP Class UID, SOP Instance UID, Study Instance UID or Series Instance UID',
};

function identityOf(json: unknown): InstanceIdentity | null {
  const uid = (tag: string): string => {
    const attribute = member(json, tag);
    const values = member(attribute, 'Value');
    const [value] = Array.isArray(values) ? (values as unknown[]) : [];
    return typeof value === 'string' && isUid(value) ? value : '';
  };
  const [sopClassUid, sopInstanceUid] = [uid('00080016'), uid('00080018')];
  const [studyUid, seriesUid] = [uid('0020000D'), uid('0020000E')];
  if ([sopClassUid, sopInstanceUid, studyUid, seriesUid].includes('')) return null;
  return {
    sopClassUid,
    sopInstanceUid: sopInstanceUid as SopInstanceUid,
    studyUid: studyUid as StudyUid,
    seriesUid: seriesUid as SeriesUid,
  };
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

function sizeOf(parts: readonly BulkPart[]): number {
  return parts.reduce((sum, { file }) => sum + file.sizeBytes, 0);
}

/** Pixel data and large values of the data set itself; in ascending order of tags. */
async function streamedValues(
  staging: Staging,
  attributes: Readonly<Record<string, unknown>>,
  bulk: BulkParts,
): Promise<StreamedValue[]> {
  const values: StreamedValue[] = [];
  for (const [key, attribute] of Object.entries(attributes)) {
    const [uri, vr] = [member(attribute, 'BulkDataURI'), member(attribute, 'vr')];
    if (!/^[0-9A-Fa-f]{8}$/.test(key) || typeof uri !== 'string' || typeof vr !== 'string' || vr === 'SQ') continue;
    const tag = Number.parseInt(key, 16);
    const parts = bulk(uri);
    if (!PIXELS.has(tag) && sizeOf(parts) <= MEMORY_VALUE_BYTES) continue;
    const place = formatTag(tag);
    if (parts.length === 0) throw new AppError('BULK_DATA_MISSING', { place });
    const coded = parts.filter(({ mediaType }) => isCodedMediaType(mediaType));
    if (coded.length === 0) {
      const named = parts.find(({ transferSyntaxUid: one }) => one !== null && one !== EXPLICIT_LITTLE_ENDIAN);
      if (named !== undefined) unusable(place, 'uncompressed bulk data is Explicit VR Little Endian');
      // A length is 32 bits, and the last one means that it is not known.
      if (sizeOf(parts) >= UNDEFINED_LENGTH - 1) unusable(place, 'it is too long for an element');
      values.push({ tag, vr: PIXELS.has(tag) ? nativeVr(tag, vr, attributes) : vr, parts, frameOffsets: null });
      continue;
    }
    if (tag !== TAG.PixelData) unusable(place, 'only pixel data is compressed');
    if (coded.length < parts.length) unusable(place, 'some frames are compressed and some are not');
    const frames = Number((member(member(attributes['00280008'], 'Value'), '0') as unknown) ?? 1);
    const video = parts.every(({ mediaType }) => mediaType.startsWith('video/'));
    if (parts.length !== (video ? 1 : frames)) {
      unusable(place, `there are ${parts.length} parts where ${video ? 1 : frames} are needed, one for each frame`);
    }
    const heads = await Promise.all(parts.map(({ file }) => staging.head(file.path, STREAM_HEAD_BYTES)));
    values.push({ tag, vr: 'OB', parts, frameOffsets: heads.map(({ bytes }) => codestreamOffset(bytes)) });
  }
  return values.sort((a, b) => a.tag - b.tag);
}

/** PS3.5 section 8.2: samples of more than 8 bits are OW. */
function nativeVr(tag: number, vr: string, attributes: Readonly<Record<string, unknown>>): string {
  if (tag === TAG.FloatPixelData) return 'OF';
  if (tag === TAG.DoubleFloatPixelData) return 'OD';
  const bits = Number((member(member(attributes['00280100'], 'Value'), '0') as unknown) ?? 16);
  return vr === 'OB' && bits <= 8 ? 'OB' : 'OW';
}

function unusable(place: string, reason: string): never {
  throw new AppError('BULK_DATA_INVALID', { place, reason });
}

/** Values that are put together in memory, by their BulkDataURI. */
async function loadSmall(
  staging: Staging,
  json: unknown,
  bulk: BulkParts,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const loaded = new Map<string, Uint8Array>();
  const waiting: unknown[] = [json];
  let bytes = 0;
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (typeof one !== 'object' || one === null) continue;
    const uri = member(one, 'BulkDataURI');
    if (typeof uri === 'string' && !loaded.has(uri)) {
      const parts = bulk(uri);
      bytes += sizeOf(parts);
      if (bytes > MEMORY_BYTES) throw new AppError('DICOM_HEADER_TOO_LARGE', { limitBytes: MEMORY_BYTES });
      const pieces: Uint8Array[] = [];
      for (const { file } of parts) for await (const piece of staging.read(file.path, 0, signal)) pieces.push(piece);
      if (parts.length > 0) loaded.set(uri, joined(pieces));
    }
    // An array may be longer than a call takes arguments.
    for (const value of Object.values(one)) waiting.push(value);
  }
  return loaded;
}

/** What the frames are; all of them are one. */
async function transferSyntaxOf(staging: Staging, values: readonly StreamedValue[]): Promise<string> {
  const pixels = values.find(({ frameOffsets }) => frameOffsets !== null);
  if (pixels === undefined) return EXPLICIT_LITTLE_ENDIAN;
  const place = formatTag(pixels.tag);
  let known: string | null = null;
  for (const { mediaType, transferSyntaxUid, file } of pixels.parts) {
    const { bytes } = await staging.head(file.path, STREAM_HEAD_BYTES);
    const uid = codedTransferSyntax(mediaType, transferSyntaxUid, bytes);
    if (uid === null) unusable(place, `it is not what its media type ${mediaType} and transfer syntax say`);
    if (known !== null && known !== uid) unusable(place, 'its frames have different transfer syntaxes');
    known = uid;
  }
  return known ?? EXPLICIT_LITTLE_ENDIAN;
}

async function* contentOf(
  staging: Staging,
  meta: Uint8Array,
  elements: readonly OutputElement[],
  streamed: readonly StreamedValue[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  yield meta;
  let from = 0;
  for (const value of streamed) {
    yield encodeElements(
      elements.filter(({ tag }) => tag >= from && tag < value.tag),
      ENCODING,
    );
    from = value.tag;
    if (value.frameOffsets === null) yield* nativeValue(staging, value, signal);
    else yield* encapsulatedValue(staging, value, value.frameOffsets, signal);
  }
  yield encodeElements(
    elements.filter(({ tag }) => tag >= from),
    ENCODING,
  );
}

async function* nativeValue(
  staging: Staging,
  { tag, vr, parts }: StreamedValue,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const length = sizeOf(parts);
  yield encodeHead(tag, vr, length + (length % 2), ENCODING);
  for (const { file } of parts) yield* staging.read(file.path, 0, signal);
  if (length % 2 === 1) yield Uint8Array.of(0);
}

/** PS3.5 A.4: the Basic Offset Table where there is more than one frame and its 32 bits suffice, a fragment a frame. */
async function* encapsulatedValue(
  staging: Staging,
  { tag, parts }: StreamedValue,
  offsets: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const item = { explicitVr: false, littleEndian: true };
  const lengths = parts.map(({ file }, i) => file.sizeBytes - (offsets[i] ?? 0));
  const even = lengths.map((length) => length + (length % 2));
  yield encodeHead(tag, 'OB', UNDEFINED_LENGTH, ENCODING);
  const starts: number[] = [];
  let at = 0;
  for (const length of even) {
    starts.push(at);
    at += 8 + length;
  }
  const table = parts.length > 1 && at < UNDEFINED_LENGTH ? starts : [];
  yield encodeHead(ITEM, '', table.length * 4, item);
  const view = new DataView(new ArrayBuffer(table.length * 4));
  for (const [i, start] of table.entries()) view.setUint32(i * 4, start, true);
  yield new Uint8Array(view.buffer);
  for (const [i, { file }] of parts.entries()) {
    yield encodeHead(ITEM, '', even[i] ?? 0, item);
    yield* staging.read(file.path, offsets[i] ?? 0, signal);
    if ((lengths[i] ?? 0) % 2 === 1) yield Uint8Array.of(0);
  }
  yield encodeHead(SEQUENCE_END, '', 0, item);
}
