import type { InstanceDescription } from '#shared/dicom/instance.ts';
import { AppError } from '#shared/errors.ts';
import type { SlideDescription } from '#shared/imaging/pyramid.ts';
import type { IngestReaders, StagedFile } from './ingest-ports.ts';
import type { InstanceFacts } from './material-ports.ts';

/**
 * What an uploaded file is, told by its structure and never by its name: an ordered table, first match wins.
 * Another format is another row.
 */

/** Bytes at the start of a file that the rows look at. */
export const HEAD_BYTES = 4096;

export interface RecognisedInstance {
  readonly kind: 'instance';
  readonly title: string;
  readonly facts: InstanceFacts;
}

export type Recognised =
  | RecognisedInstance
  | { readonly kind: 'slide'; readonly title: string; readonly description: SlideDescription }
  | { readonly kind: 'document'; readonly title: string; readonly mediaType: string }
  | { readonly kind: 'archive' };

interface Recogniser {
  readonly name: string;
  matches(head: Uint8Array): boolean;
  read(readers: IngestReaders, file: StagedFile, signal: AbortSignal): Promise<Recognised>;
}

const startsWith = (head: Uint8Array, ...bytes: number[]): boolean => bytes.every((byte, at) => head[at] === byte);
const ascii = (head: Uint8Array, from: number, length: number): string =>
  String.fromCharCode(...head.subarray(from, from + length));

/** Reads a file that is meant to be a DICOM object and nothing else. Throws as the reader does. */
export async function readInstance(
  readers: IngestReaders,
  file: StagedFile,
  signal: AbortSignal,
): Promise<RecognisedInstance> {
  return recognisedInstance(await readers.dicom.read(file.path, signal));
}

export function recognisedInstance(facts: InstanceFacts): RecognisedInstance {
  return { kind: 'instance', title: instanceTitle(facts), facts };
}

/** Larger pictures are looked at like slides: no browser shows them whole. A camera of a telephone stays below. */
const SLIDE_FROM_PIXELS = 40_000_000;

async function readSlide(readers: IngestReaders, file: StagedFile, signal: AbortSignal): Promise<Recognised> {
  const description = await readers.slides.describe(file.path, signal);
  return { kind: 'slide', title: `Slide · ${description.width} × ${description.height} px`, description };
}

const picture = (format: 'JPEG' | 'PNG', mediaType: string) => ({
  async read(readers: IngestReaders, file: StagedFile, signal: AbortSignal): Promise<Recognised> {
    const { width, height } = await readers.documents.picture(file.path, format, signal);
    if (width * height > SLIDE_FROM_PIXELS) return readSlide(readers, file, signal);
    return { kind: 'document', title: `${format} picture · ${width} × ${height} px`, mediaType };
  },
});

export const RECOGNISERS: readonly Recogniser[] = [
  {
    // PS3.10 section 7.1. Before TIFF: a dual-personality file carries a TIFF header in its preamble.
    name: 'DICOM Part 10',
    matches: (head) => ascii(head, 128, 4) === 'DICM',
    read: readInstance,
  },
  {
    // TIFF 6.0 and BigTIFF, either byte order.
    name: 'TIFF slide',
    matches: (head) =>
      startsWith(head, 0x49, 0x49, 0x2a, 0) ||
      startsWith(head, 0x4d, 0x4d, 0, 0x2a) ||
      startsWith(head, 0x49, 0x49, 0x2b, 0) ||
      startsWith(head, 0x4d, 0x4d, 0, 0x2b),
    read: readSlide,
  },
  {
    // Local file header, empty archive, or the mark of a split archive. Office files and the like are zips as well.
    name: 'zip archive',
    matches: (head) =>
      (startsWith(head, 0x50, 0x4b, 3, 4) ||
        startsWith(head, 0x50, 0x4b, 5, 6) ||
        startsWith(head, 0x50, 0x4b, 7, 8)) &&
      !/^(\[Content_Types\]\.xml|META-INF\/|mimetype|AndroidManifest\.xml)/.test(ascii(head, 30, 32)),
    async read(readers, file, signal) {
      return (await readers.slides.isSlideFolder(file.path, signal))
        ? readSlide(readers, file, signal)
        : { kind: 'archive' };
    },
  },
  {
    // ISO 32000-1 section 7.5.2, at the very start: a header further in belongs to a file that is something else too.
    name: 'PDF',
    matches: (head) => ascii(head, 0, 5) === '%PDF-',
    async read(readers, file, signal) {
      await readers.documents.pdf(file.path, signal);
      return { kind: 'document', title: 'PDF document', mediaType: 'application/pdf' };
    },
  },
  { name: 'JPEG', matches: (head) => startsWith(head, 0xff, 0xd8, 0xff), ...picture('JPEG', 'image/jpeg') },
  {
    name: 'PNG',
    matches: (head) => startsWith(head, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    ...picture('PNG', 'image/png'),
  },
  { name: 'bare DICOM data set', matches: looksLikeDataSet, read: readInstance },
  {
    name: 'plain text',
    matches: looksLikeText,
    async read(readers, file, signal) {
      await readers.documents.text(file.path, signal);
      return { kind: 'document', title: 'Text document', mediaType: 'text/plain; charset=utf-8' };
    },
  },
];

/**
 * Finds the row and reads the file with it.
 * @throws AppError UPLOAD_EMPTY, UPLOAD_TYPE_UNKNOWN, and what the row's reader says
 */
export async function recogniseFile(
  readers: IngestReaders,
  file: StagedFile,
  head: Uint8Array,
  signal: AbortSignal,
): Promise<Recognised> {
  if (file.sizeBytes === 0) throw new AppError('UPLOAD_EMPTY');
  const row = RECOGNISERS.find((recogniser) => recogniser.matches(head));
  if (row === undefined) throw new AppError('UPLOAD_TYPE_UNKNOWN');
  return row.read(readers, file, signal);
}

/**
 * Old archives wrote data sets without preamble and "DICM" (PS3.10 forbids it, files exist). The first element then
 * belongs to group 0002 or 0008 and has a known VR, or a length that is even and small.
 */
function looksLikeDataSet(head: Uint8Array): boolean {
  if (head.byteLength < 16) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const littleEndian = head[1] === 0;
  const group = view.getUint16(0, littleEndian);
  const element = view.getUint16(2, littleEndian);
  if ((group !== 0x0002 && group !== 0x0008) || element > 0x1200) return false;
  if (/^(UL|UI|CS|DA|TM|SH|LO|OB|PN|DT|SQ|US|UR|UT|ST|AE)$/.test(ascii(head, 4, 2))) return true;
  const length = view.getUint32(4, littleEndian);
  return length % 2 === 0 && length <= 1024;
}

/** Text has no control characters but line breaks, tabs and form feeds, and is no markup or script of another kind. */
function looksLikeText(head: Uint8Array): boolean {
  const bom = startsWith(head, 0xef, 0xbb, 0xbf) ? 3 : 0;
  const body = head.subarray(bom);
  if (body.some((byte) => (byte < 0x20 && ![9, 10, 12, 13].includes(byte)) || byte === 0x7f)) return false;
  const start = ascii(body, 0, 256).trimStart();
  return start !== '' && !/^(<|#!|\{\\rtf|%!PS|%PDF|MZ|@echo|BEGIN:VCARD.*\n.*<)/i.test(start);
}

function instanceTitle(facts: InstanceFacts): string {
  // Written by the reader from an InstanceDescription in the same run.
  const description = JSON.parse(facts.description) as Partial<InstanceDescription>;
  const parts = [
    facts.modality,
    description.seriesDescription ?? description.studyDescription ?? null,
    typeof description.seriesNumber === 'number' ? `series ${description.seriesNumber}` : null,
  ];
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}
