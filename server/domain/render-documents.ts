import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { readReport, referencedInstances } from '#shared/dicom/structured-report.ts';
import { reportHtml, reportText } from '#shared/dicom/structured-report-html.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId, SopInstanceUid } from '#shared/ids.ts';
import type { InstancePlace } from './frame-directory.ts';
import { findBulkData } from './read-bulk-data.ts';
import type { Renderable, RenderingNeeds } from './renderable.ts';

/** References of one report that are looked up for links; a dose report may name thousands. */
const MOST_LINKS = 300;
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
  consultationIds: readonly ConsultationId[],
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
    const [row] = await db.material.instanceRows(consultationIds, { sopInstanceUid });
    if (row !== undefined && row.frameCount > 0) places.set(uid, row);
  }
  return reportHtml(report, (uid, frames) => {
    const found = places.get(uid);
    return found === undefined ? null : addressOf(found, frames);
  });
}

/** An encapsulated document without the byte that pads it (PS3.3 C.24.2, Encapsulated Document Length). */
export async function readEncapsulated(
  { bulkData }: RenderingNeeds,
  consultationIds: readonly ConsultationId[],
  { place, document }: Renderable,
  signal: AbortSignal,
): Promise<StoredContent> {
  if (document === null) throw new AppError('NOT_FOUND');
  const value = await findBulkData(bulkData, consultationIds, place, ENCAPSULATED_DOCUMENT, signal);
  const sizeBytes = Math.min(value.sizeBytes, document.lengthBytes ?? value.sizeBytes);
  return { sizeBytes, part: (offset, length, reading) => value.read(offset, length, reading) };
}

/** The stream of a video object, as it is stored (PS3.5 sections 8.2.5 to 8.2.8). */
export async function readVideo(
  { blobs, directory }: RenderingNeeds,
  consultationIds: readonly ConsultationId[],
  { place, sha256 }: Renderable,
): Promise<{ chunks(signal: AbortSignal): AsyncIterable<Uint8Array> }> {
  const { frames } = await directory.find(consultationIds, place);
  if (frames === null) throw new AppError('DICOM_NO_PIXELS');
  return {
    async *chunks(signal) {
      const blob = await blobs.open(sha256, signal);
      try {
        for (let number = 1; number <= frames.count; number++) {
          yield await frames.frame(number, (offset, length) => blob.read(offset, length, signal));
        }
      } finally {
        await blob.close();
      }
    },
  };
}

/** PS3.18 table 8.7.4-1. */
export function videoMediaType(transferSyntaxUid: string): string {
  return /^1\.2\.840\.10008\.1\.2\.4\.10[01](\.1)?$/.test(transferSyntaxUid) ? 'video/mpeg' : 'video/mp4';
}
