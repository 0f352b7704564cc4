import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { SourceInstance } from '#shared/dicom/derived-object.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { encodeJsonFile } from '#shared/dicom/json-file.ts';
import { uidOfUuid } from '#shared/dicom/uuid-uid.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId, SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { writeSegmentation } from '#shared/segmentation/formats/write-dicom-seg.ts';
import type { Segment } from '#shared/segmentation/segment.ts';
import type { OutgoingFile } from './deidentification-ports.ts';
import type { Database, Repositories } from './ports.ts';

interface ExportSegmentations {
  readonly consultationId: ConsultationId;
  /** Limits the export to the segments of one study or series. */
  readonly studyUid?: StudyUid | undefined;
  readonly seriesUid?: SeriesUid | undefined;
}

/**
 * The segments as DICOM segmentations, one a series, author and size of frames, and a text of what they cannot hold.
 * Who the object is follows from what it says: the same segments are the same object again.
 * Throws NOT_FOUND when there is nothing to write.
 */
export async function exportSegmentations(
  { db }: { db: Database },
  { consultationId, studyUid, seriesUid }: ExportSegmentations,
): Promise<OutgoingFile[]> {
  const segments = (await db.segments.list(consultationId)).filter(
    ({ target, frames }) =>
      frames.length > 0 &&
      (studyUid === undefined || target.studyUid === studyUid) &&
      (seriesUid === undefined || target.seriesUid === seriesUid),
  );
  const parts = new Map<string, Segment[]>();
  for (const segment of segments) {
    const { target, author, columns, rows } = segment;
    const key = `${target.seriesUid} ${author.id} ${columns} ${rows}`;
    parts.set(key, [...(parts.get(key) ?? []), segment]);
  }
  const files: OutgoingFile[] = [];
  const unheld: string[] = [];
  for (const [key, part] of parts) {
    const uids = part.flatMap(({ frames }) => frames.map(({ sopInstanceUid }) => sopInstanceUid));
    const images = await sourceInstances(db, consultationId, uids);
    const content = part.map(({ id, revision }) => [id, revision]).toSorted();
    const written = writeSegmentation(part, images, {
      sopInstanceUid: uidOfContent(['segmentation', consultationId, key, content]),
      seriesUid: uidOfContent(['segmentation series', consultationId, key]),
      dimensionUid: uidOfContent(['dimensions', consultationId, key]),
      // Grows with every change, so that a later object of the series has a higher number.
      instanceNumber: part.reduce((sum, { revision }) => sum + revision, 0),
      writtenAt: part.reduce((latest, { updatedAt }) => (updatedAt > latest ? updatedAt : latest), ''),
    });
    if ('refusal' in written) {
      unheld.push(written.refusal);
      continue;
    }
    const name = `segmentation-${files.length + 1}.dcm`;
    files.push({ name, chunks: once(encodeJsonFile(written.dataset, [written.pixelData])) });
  }
  if (files.length === 0 && unheld.length === 0) throw new AppError('NOT_FOUND');
  if (unheld.length === 0) return files;
  const text = new TextEncoder().encode(`${unheld.join('\n')}\n`);
  return [...files, { name: 'not-in-the-segmentations.txt', chunks: once(text) }];
}

/** The instances that the consultation holds, by UID, as objects made of them need them. */
export async function sourceInstances(
  { material }: Pick<Repositories, 'material'>,
  consultationId: ConsultationId,
  uids: readonly SopInstanceUid[],
): Promise<Map<string, SourceInstance>> {
  const images = new Map<string, SourceInstance>();
  for (const uid of new Set(uids)) {
    const instance = await material.instanceIn(consultationId, uid);
    if (instance === null) continue;
    images.set(uid, { ...instance, metadata: JSON.parse(instance.metadata) as DicomJsonDataset });
  }
  return images;
}

/** A UID below 2.25 that is the same for the same content, as a UUID made from a name (RFC 9562, version 8). */
export function uidOfContent(content: unknown): string {
  const hash = createHash('sha256')
    .update(canonicalize(content) ?? '')
    .digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return uidOfUuid(hash.toString('hex', 0, 16));
}

/** A file that is in memory. */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
