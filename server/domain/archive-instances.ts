import { createHash } from 'node:crypto';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { type DirectoryEntry, directoryEntry, encodeDicomdir } from '#shared/dicom/dicomdir.ts';
import type { OutgoingFile } from './deidentification-ports.ts';
import type { InstanceFile } from './material-ports.ts';
import type { OutgoingObject } from './outgoing-object.ts';
import type { Repositories } from './ports.ts';

/** An object of the archive, opened when its turn comes. */
export interface ArchivedObject {
  readonly file: InstanceFile;
  readonly transferSyntaxUid: string;
  open(): Promise<OutgoingObject>;
}

/** Metadata texts asked for at once; some are large. */
const METADATA_AT_ONCE = 16;

/**
 * The objects as a File-set (PS3.10 section 8, PS3.12 annex V): DICOM/ST000001/SE000001/IM000001 and on, and DICOMDIR at
 * its root, written last when everything it names has been. One object is in memory at a time, and its short record.
 */
export async function* archiveOf(
  { db }: { readonly db: Pick<Repositories, 'material'> },
  objects: readonly ArchivedObject[],
  signal: AbortSignal,
): AsyncGenerator<OutgoingFile> {
  const entries: DirectoryEntry[] = [];
  const numbers = new FileNumbers();
  for (let start = 0; start < objects.length; start += METADATA_AT_ONCE) {
    const part = objects.slice(start, start + METADATA_AT_ONCE);
    const texts = await db.material.metadataTexts(part.map(({ file }) => file.sopInstanceUid));
    for (const { file, transferSyntaxUid, open } of part) {
      signal.throwIfAborted();
      // Written by the reader of uploads from a value of this type.
      const metadata = JSON.parse(texts.get(file.sopInstanceUid) ?? '{}') as DicomJsonDataset;
      const { fileId, number } = numbers.next(file);
      const hasPixels = metadata['00280010'] !== undefined;
      entries.push(directoryEntry({ ...file, transferSyntaxUid, fileId, number, hasPixels }, metadata));
      yield { name: fileId.join('/'), chunks: (await open()).chunks };
    }
  }
  const directory = encodeDicomdir(entries, directoryUid(objects));
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield directory;
  }
  yield { name: 'DICOMDIR', chunks: chunks() };
}

/** The same for the same content (PS3.5 annex B.2 has room for 128 bits). */
function directoryUid(objects: readonly ArchivedObject[]): string {
  const hash = createHash('sha256');
  for (const { file, transferSyntaxUid } of objects) hash.update(`${file.sopInstanceUid} ${transferSyntaxUid}\n`);
  const hex = hash.digest('hex').slice(0, 32);
  // Version and variant of a UUID that was made of something (RFC 9562 section 5.8).
  const uuid = `${hex.slice(0, 12)}8${hex.slice(13, 16)}8${hex.slice(17)}`;
  return `2.25.${BigInt(`0x${uuid}`)}`;
}

/** Names by order of appearance, within what PS3.10 section 8.2 allows; no folder holds more than its numbers tell. */
class FileNumbers {
  private readonly studies = new Map<string, number>();
  private readonly series = new Map<string, number>();
  private readonly counts = new Map<string, number>();

  next({ studyUid, seriesUid }: InstanceFile): { fileId: string[]; number: number } {
    const study = numberIn(this.studies, studyUid);
    const key = `${studyUid} ${seriesUid}`;
    const series = numberIn(this.series, key);
    const number = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, number);
    return { fileId: ['DICOM', name('ST', study), name('SE', series), name('IM', number)], number };
  }
}

function numberIn(numbers: Map<string, number>, uid: string): number {
  const number = numbers.get(uid) ?? numbers.size + 1;
  numbers.set(uid, number);
  return number;
}

function name(prefix: string, number: number): string {
  return `${prefix}${String(number).padStart(6, '0')}`;
}
