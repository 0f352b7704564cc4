import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { readReport, referencedInstances } from '#shared/dicom/structured-report.ts';
import { reportHtml, reportText } from '#shared/dicom/structured-report-html.ts';
import { AppError } from '#shared/errors.ts';
import type { SopInstanceUid } from '#shared/ids.ts';
import type { InstancePlace } from './frame-directory.ts';
import type { InstanceReach } from './reach-ports.ts';
import { findBulkData } from './read-bulk-data.ts';
import type { Renderable, RenderingNeeds } from './renderable.ts';

/** References of one report that are looked up for links; a dose report may name thousands. */
const MOST_LINKS = 300;
const CHUNK_BYTES = 256 * 1024;
const ENCAPSULATED_DOCUMENT = '00420011';

/** Bytes that go out as they are stored, in chunks. */
export interface StoredContent {
  readonly sizeBytes: number;
  part(offsetBytes: number, lengthBytes: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/**
 * An SR or key object document as a page or plain text. `addressOf` makes the links to objects it refers to, for
 * those the reader may see.
 */
export async function renderReport(
  { db }: RenderingNeeds,
  reach: InstanceReach,
  { place }: Renderable,
  form: 'html' | 'text',
  addressOf: (place: InstancePlace, frames: readonly number[]) => string,
): Promise<string> {
  const texts = await db.material.metadataTexts([place.sopInstanceUid]);
  // Written by ingest from a value of this type.
  const report = readReport(JSON.parse(texts.get(place.sopInstanceUid) ?? '{}') as DicomJsonDataset);
  if (form === 'text') return reportText(report);
  const places = new Map<string, InstancePlace>();
  for (const uid of [...referencedInstances(report.root)].slice(0, MOST_LINKS)) {
    const sopInstanceUid = uid as SopInstanceUid;
    const [row] = await db.material.instanceRows(reach, { sopInstanceUid });
    if (row !== undefined && row.frameCount > 0) places.set(uid, row);
  }
  return reportHtml(report, (uid, frames) => {
    const found = places.get(uid);
    return found === undefined ? null : addressOf(found, frames);
  });
}

/** What goes out as it is stored: a video's stream, or an encapsulated document. @throws AppError NOT_FOUND */
export async function readStored(
  needs: RenderingNeeds,
  reach: InstanceReach,
  instance: Renderable,
  signal: AbortSignal,
): Promise<StoredContent> {
  return instance.kind === 'video' ? readVideo(needs, instance) : readEncapsulated(needs, reach, instance, signal);
}

/** An encapsulated document without the byte that pads it (PS3.3 C.24.2, Encapsulated Document Length). */
async function readEncapsulated(
  { bulkData }: RenderingNeeds,
  reach: InstanceReach,
  { place, document }: Renderable,
  signal: AbortSignal,
): Promise<StoredContent> {
  if (document === null) throw new AppError('NOT_FOUND');
  const value = await findBulkData(bulkData, reach, place, ENCAPSULATED_DOCUMENT, signal);
  const sizeBytes = Math.min(value.sizeBytes, document.lengthBytes ?? value.sizeBytes);
  return { sizeBytes, part: (offset, length, reading) => value.read(offset, length, reading) };
}

/** The stream of a video object, as it is stored (PS3.5 sections 8.2.5 to 8.2.8). */
function readVideo({ blobs }: RenderingNeeds, { sha256, source }: Renderable): StoredContent {
  const pieces = source?.stream ?? [];
  return {
    sizeBytes: pieces.reduce((sum, [, lengthBytes]) => sum + lengthBytes, 0),
    async *part(offsetBytes, lengthBytes, signal) {
      const blob = await blobs.open(sha256, signal);
      try {
        for (const [at, length] of overlaps(pieces, offsetBytes, lengthBytes)) {
          for (let read = 0; read < length; read += CHUNK_BYTES) {
            yield await blob.read(at + read, Math.min(CHUNK_BYTES, length - read), signal);
          }
        }
      } finally {
        await blob.close();
      }
    },
  };
}

/** The pieces, or parts of them, that hold `lengthBytes` from `offsetBytes` of the stream they make. */
function overlaps(
  pieces: readonly (readonly [number, number])[],
  offsetBytes: number,
  lengthBytes: number,
): [number, number][] {
  const found: [number, number][] = [];
  let start = 0;
  for (const [at, length] of pieces) {
    const from = Math.max(offsetBytes, start);
    const to = Math.min(offsetBytes + lengthBytes, start + length);
    if (from < to) found.push([at + from - start, to - from]);
    start += length;
  }
  return found;
}

/** PS3.18 table 8.7.4-1. */
export function videoMediaType(transferSyntaxUid: string): string {
  return /^1\.2\.840\.10008\.1\.2\.4\.10[01](\.1)?$/.test(transferSyntaxUid) ? 'video/mpeg' : 'video/mp4';
}
