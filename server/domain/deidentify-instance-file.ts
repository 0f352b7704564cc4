import { type Blank, blankingOf } from '#shared/dicom/deidentification/blank-pixels.ts';
import type { DeidentificationContext } from '#shared/dicom/deidentification/deidentify-dataset.ts';
import { type DeidentifiedInstance, deidentifyInstance } from '#shared/dicom/deidentification/deidentify-instance.ts';
import type { DeidentificationOptions, PixelRectangle } from '#shared/dicom/deidentification/options.ts';
import type { Pseudonyms } from '#shared/dicom/deidentification/pseudonyms.ts';
import type { DicomHeader } from '#shared/dicom/header.ts';
import { TAG } from '#shared/dicom/tag.ts';
import type { HeaderReader } from './deidentification-ports.ts';
import type { RangeRead } from './image-ports.ts';

const CHUNK_BYTES = 256 * 1024;
const ITEM = 0xe000fffe;
const SEQUENCE_END = Uint8Array.of(0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0);
const ENCAPSULATED_DOCUMENT = 0x00420011;
const SPECIMEN_LABEL_IN_IMAGE = 0x00480010;
const FIRST_OVERLAY = 0x60000102;

/** Why an object cannot be cleaned and stays out of the archive. */
export type LeftOut = 'encapsulated-document' | 'slide-label' | 'burned-in-annotation' | 'overlay-in-pixels';

export interface CleanedFile extends DeidentifiedInstance {
  readonly chunks: AsyncGenerator<Uint8Array>;
}

/**
 * One stored file without what identifies. The header is cleaned before this returns; the pixels follow while
 * `chunks` is read.
 * @throws AppError as reading a header does; DICOM_PIXELS_NOT_BLANKED
 */
export async function deidentifyInstanceFile(
  source: { readonly read: RangeRead; readonly sizeBytes: number; readonly headers: HeaderReader },
  wanted: {
    readonly options: DeidentificationOptions;
    readonly pseudonyms: Pseudonyms;
    readonly rectangles: readonly PixelRectangle[];
  },
  signal: AbortSignal,
): Promise<CleanedFile | LeftOut> {
  const { header, inflated } = await source.headers.read(source.read, source.sizeBytes, signal);
  const rectangles = header.pixelData === null ? [] : wanted.rectangles;
  const reason = uncleanable(header, rectangles.length > 0);
  if (reason !== null) return reason;
  const blank = rectangles.length > 0 ? blankingOf(header, rectangles) : null;
  const { options, pseudonyms } = wanted;
  const shiftDays = options.retainLongitudinal ? pseudonyms.shiftDays(header.dataset.text(TAG.PatientID) ?? '') : 0;
  const context: DeidentificationContext = { options, pseudonyms, shiftDays };
  const cleaned = deidentifyInstance(header, context, blank !== null);
  const read: RangeRead =
    inflated === null ? source.read : async (offset, length) => inflated.subarray(offset, offset + length);
  return { ...cleaned, chunks: chunksOf(cleaned, read, blank, signal) };
}

/** Objects whose content itself identifies, and which no table of attributes can clean. */
function uncleanable({ dataset }: DicomHeader, rectanglesGiven: boolean): LeftOut | null {
  if (dataset.has(ENCAPSULATED_DOCUMENT)) return 'encapsulated-document';
  // The label of a slide, and an overview unless it says that it does not show it (PS3.3 C.8.12.4.1.1 and C.8.12.2).
  const imageType = dataset.texts(TAG.ImageType);
  const inImage = dataset.text(SPECIMEN_LABEL_IN_IMAGE);
  const label = imageType.includes('LABEL') || inImage === 'YES' || (imageType[2] === 'OVERVIEW' && inImage !== 'NO');
  if (label && !rectanglesGiven) return 'slide-label';
  if (dataset.text(TAG.BurnedInAnnotation) === 'YES' && !rectanglesGiven) return 'burned-in-annotation';
  // An overlay in unused bits of the pixels (retired, PS3.3 C.9.2) would survive the removal of its attributes.
  for (let group = 0; group < 0x20; group += 2) {
    if ((dataset.number(FIRST_OVERLAY + group * 0x10000) ?? 0) > 0) return 'overlay-in-pixels';
  }
  return null;
}

async function* chunksOf(
  { head, pixelData }: DeidentifiedInstance,
  read: RangeRead,
  blank: Blank | null,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  yield head;
  if (pixelData === null) return;
  if (pixelData.lengthBytes === undefined) {
    yield* fragments(read, pixelData.offsetBytes, signal);
    return;
  }
  let given = 0;
  for await (const chunk of range(read, pixelData.offsetBytes, pixelData.lengthBytes, signal)) {
    blank?.(chunk, given);
    given += chunk.length;
    yield chunk;
  }
  // The length stands in the head already: what a short file lacks, and the byte that makes it even, are zeros.
  const promised = pixelData.lengthBytes + (pixelData.lengthBytes % 2);
  for (let left = promised - given; left > 0; left -= CHUNK_BYTES) yield new Uint8Array(Math.min(left, CHUNK_BYTES));
}

/** Offset table and fragments up to the delimiter, which is written also where the file has lost it. */
async function* fragments(read: RangeRead, startBytes: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let position = startBytes;
  for (;;) {
    const head = Uint8Array.from(await read(position, 8));
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    if (head.length < 8 || view.getUint32(0, true) !== ITEM) break;
    const lengthBytes = view.getUint32(4, true);
    yield head;
    let given = 0;
    for await (const chunk of range(read, position + 8, lengthBytes, signal)) {
      given += chunk.length;
      yield chunk;
    }
    for (let left = lengthBytes - given; left > 0; left -= CHUNK_BYTES) {
      yield new Uint8Array(Math.min(left, CHUNK_BYTES));
    }
    position += 8 + lengthBytes;
  }
  yield SEQUENCE_END;
}

/** Copies, since a reader may lend memory it uses again and blanking writes into the chunk. */
async function* range(
  read: RangeRead,
  offsetBytes: number,
  lengthBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < lengthBytes; ) {
    signal.throwIfAborted();
    const chunk = Uint8Array.from(await read(offsetBytes + done, Math.min(CHUNK_BYTES, lengthBytes - done)));
    if (chunk.length === 0) return;
    done += chunk.length;
    yield chunk;
  }
}
