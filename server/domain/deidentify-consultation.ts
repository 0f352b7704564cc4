import { createHmac } from 'node:crypto';
import {
  type DeidentificationOptions,
  methodCodes,
  type PixelRectangle,
} from '#shared/dicom/deidentification/options.ts';
import { Pseudonyms } from '#shared/dicom/deidentification/pseudonyms.ts';
import { transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId } from '#shared/ids.ts';
import type { HeaderReader, OutgoingFile } from './deidentification-ports.ts';
import { deidentifyInstanceFile } from './deidentify-instance-file.ts';
import type { InstanceRow } from './material-ports.ts';
import type { BlobStore, Repositories } from './ports.ts';
import type { InstanceReach } from './reach-ports.ts';

export interface DeidentificationNeeds {
  readonly db: Pick<Repositories, 'material'>;
  readonly blobs: Pick<BlobStore, 'open'>;
  readonly headers: HeaderReader;
  /** Never leaves the server: whoever knows it can tell which original a pseudonym belongs to. */
  readonly secret: string;
}

export interface DeidentificationRequest {
  readonly options: DeidentificationOptions;
  readonly rectangles: readonly PixelRectangle[];
}

/** What the archive says about itself; it names no original. */
interface Manifest {
  readonly method: readonly string[];
  written: number;
  readonly leftOut: Record<string, number>;
}

/**
 * Every DICOM object of a consultation within reach, without what identifies (PS3.15 Annex E), and a manifest as the last file.
 * UIDs, identifiers and dates are replaced alike in everything of one consultation, each time it is asked for.
 * What cannot be cleaned is left out and counted. Slides that are no DICOM, and documents, are not part of it.
 * @throws AppError NOTHING_TO_EXPORT, DICOM_PIXELS_NOT_BLANKED before the first file; while reading BLOB_MISSING
 */
export async function deidentifyConsultation(
  needs: DeidentificationNeeds,
  { consultationId, reach }: { readonly consultationId: ConsultationId; readonly reach: InstanceReach },
  request: DeidentificationRequest,
  signal: AbortSignal,
): Promise<AsyncGenerator<OutgoingFile>> {
  const rows = await needs.db.material.instanceRows(reach, {});
  if (rows.length === 0) throw new AppError('NOTHING_TO_EXPORT');
  for (const row of rows) refuseCompressed(row, request.rectangles);
  return filesOf(needs, rows, { ...request, pseudonyms: pseudonymsOf(needs.secret, consultationId) }, signal);
}

/** Keys of consultations are independent: what leaves one of them cannot be joined with what leaves another. */
export function pseudonymsOf(secret: string, consultationId: ConsultationId): Pseudonyms {
  const key = createHmac('sha256', secret).update(`deidentification ${consultationId}`).digest();
  return new Pseudonyms((purpose, value) => createHmac('sha256', key).update(`${purpose}\n${value}`).digest());
}

/** Said before the first byte: an archive cannot be refused half-way. */
function refuseCompressed(row: InstanceRow, rectangles: readonly PixelRectangle[]): void {
  if (row.frameCount === 0 || !rectangles.some((rectangle) => concerns(rectangle, row))) return;
  const { encapsulated, name } = transferSyntaxOf(row.transferSyntaxUid);
  if (encapsulated) throw new AppError('DICOM_PIXELS_NOT_BLANKED', { reason: `some are ${name}` });
}

function concerns({ seriesUid }: PixelRectangle, row: InstanceRow): boolean {
  return seriesUid === null || seriesUid === row.seriesUid;
}

async function* filesOf(
  needs: DeidentificationNeeds,
  rows: readonly InstanceRow[],
  request: DeidentificationRequest & { readonly pseudonyms: Pseudonyms },
  signal: AbortSignal,
): AsyncGenerator<OutgoingFile> {
  const manifest: Manifest = {
    method: methodCodes(request.options, request.rectangles.length > 0).map(({ meaning }) => meaning),
    written: 0,
    leftOut: {},
  };
  const numbers = new FileNumbers();
  for (const row of rows) {
    signal.throwIfAborted();
    const stored = await needs.db.material.instance(row.sopInstanceUid);
    if (stored === null) continue;
    const blob = await needs.blobs.open(stored.sha256);
    try {
      const file = await deidentifyInstanceFile(
        {
          read: (offset, length) => blob.read(offset, length, signal),
          sizeBytes: blob.sizeBytes,
          headers: needs.headers,
        },
        { ...request, rectangles: request.rectangles.filter((rectangle) => concerns(rectangle, row)) },
        signal,
      ).catch(refusalOf);
      if (typeof file === 'string') {
        manifest.leftOut[file] = (manifest.leftOut[file] ?? 0) + 1;
      } else {
        manifest.written++;
        yield { name: numbers.nameOf(row), chunks: file.chunks };
      }
    } finally {
      await blob.close();
    }
  }
  yield { name: 'manifest.json', chunks: textChunks(`${JSON.stringify(manifest, null, 2)}\n`) };
}

/** A file that cannot be cleaned does not keep the others back; its code is counted. */
function refusalOf(error: unknown): string {
  if (error instanceof AppError && error.code.startsWith('DICOM_')) return error.code;
  throw error;
}

/** Names by order of appearance: a name made of an original would tell it. */
class FileNumbers {
  private readonly studies = new Map<string, number>();
  private readonly series = new Map<string, number>();
  private count = 0;

  nameOf({ studyUid, seriesUid }: InstanceRow): string {
    const study = numberIn(this.studies, studyUid);
    const series = numberIn(this.series, `${studyUid} ${seriesUid}`);
    this.count++;
    return `study-${study}/series-${series}/${String(this.count).padStart(6, '0')}.dcm`;
  }
}

function numberIn(known: Map<string, number>, key: string): number {
  const number = known.get(key) ?? known.size + 1;
  known.set(key, number);
  return number;
}

async function* textChunks(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
