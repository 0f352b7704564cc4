import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId } from '#shared/ids.ts';
import type { InstanceScope } from './material-ports.ts';
import type { Repositories } from './ports.ts';

/** Compressed answers kept; a series is asked for each time somebody opens it. */
const REMEMBERED_BYTES = 64 * 1024 * 1024;
/** Fast rather than small: DICOM JSON packs twenty to one at any level. */
const GZIP_LEVEL = 4;
const compress = promisify(gzip);

/**
 * Reads and compresses metadata. An instance never changes, so the list of UIDs names the answer: it is its ETag, and
 * what was compressed once for it serves again.
 */
export class MetadataReader {
  readonly #db: Pick<Repositories, 'material'>;
  readonly #known = new Map<string, Uint8Array>();
  #knownBytes = 0;

  constructor(db: Pick<Repositories, 'material'>) {
    this.#db = db;
  }

  /**
   * Throws NOT_FOUND when the consultations hold nothing in the scope. `knownEtags` save the work of a 304. `complete`
   * makes the addresses in the text of one instance absolute; `base` is what they then depend on.
   */
  async read(
    consultationIds: readonly ConsultationId[],
    scope: InstanceScope,
    knownEtags: readonly string[],
    base: string,
    complete: (json: string, place: string) => string,
  ): Promise<{ etag: string; gzipped: Uint8Array | null }> {
    const rows = await this.#db.material.instanceRows(consultationIds, scope);
    if (rows.length === 0) throw new AppError('NOT_FOUND');
    const hash = createHash('sha256').update(base);
    for (const { sopInstanceUid } of rows) hash.update(`\n${sopInstanceUid}`);
    const etag = `"${hash.digest('base64url').slice(0, 27)}"`;
    if (knownEtags.includes(etag)) return { etag, gzipped: null };
    const known = this.#known.get(etag);
    if (known !== undefined) return { etag, gzipped: known };
    const texts = await this.#db.material.metadataTexts(rows.map(({ sopInstanceUid }) => sopInstanceUid));
    const datasets = rows.map(({ studyUid, seriesUid, sopInstanceUid }) =>
      complete(
        texts.get(sopInstanceUid) ?? '{}',
        `studies/${studyUid}/series/${seriesUid}/instances/${sopInstanceUid}`,
      ),
    );
    const gzipped = await compress(`[${datasets.join(',')}]`, { level: GZIP_LEVEL });
    this.#remember(etag, gzipped);
    return { etag, gzipped };
  }

  #remember(etag: string, bytes: Uint8Array): void {
    if (bytes.byteLength > REMEMBERED_BYTES / 4 || this.#known.has(etag)) return;
    this.#known.set(etag, bytes);
    this.#knownBytes += bytes.byteLength;
    for (const [oldest, dropped] of this.#known) {
      if (this.#knownBytes <= REMEMBERED_BYTES) break;
      this.#known.delete(oldest);
      this.#knownBytes -= dropped.byteLength;
    }
  }
}
