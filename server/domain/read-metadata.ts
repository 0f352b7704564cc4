import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { AppError } from '#shared/errors.ts';
import type { Sha256 } from '#shared/ids.ts';
import type { KeptObjects } from './derived-ports.ts';
import type { InstanceRow, InstanceScope } from './material-ports.ts';
import type { Repositories } from './ports.ts';
import type { InstanceReach } from './reach-ports.ts';

/** Compressed answers in memory: some hundred series, each asked for whenever somebody opens it. */
const REMEMBERED_BYTES = 8 * 1024 * 1024;
/** What is larger is kept in the store too, where a restart does not lose it; what is smaller is soon made again. */
const STORED_FROM_BYTES = 16 * 1024;
/** Part of the key there: another number when the same instances give another text. */
const MAKER = 1;
/** Fast rather than small: DICOM JSON packs twenty to one at any level. */
const GZIP_LEVEL = 4;
const compress = promisify(gzip);

/**
 * Reads and compresses metadata. An instance never changes, so the list of UIDs names the answer: it is its ETag, and
 * what was compressed once for it serves again, after a restart too.
 */
export class MetadataReader {
  readonly #db: Pick<Repositories, 'material'>;
  readonly #objects: KeptObjects;
  readonly #known = new Map<string, Uint8Array>();
  #knownBytes = 0;

  constructor(db: Pick<Repositories, 'material'>, objects: KeptObjects) {
    this.#db = db;
    this.#objects = objects;
  }

  /**
   * Throws NOT_FOUND when the consultations hold nothing in the scope. `knownEtags` save the work of a 304. `complete`
   * makes the addresses in the text of one instance absolute; `base` is what they then depend on.
   */
  async read(
    reach: InstanceReach,
    scope: InstanceScope,
    knownEtags: readonly string[],
    base: string,
    complete: (json: string, place: string) => string,
    signal: AbortSignal,
  ): Promise<{ etag: string; gzipped: Uint8Array | null }> {
    const rows = await this.#db.material.instanceRows(reach, scope);
    if (rows.length === 0) throw new AppError('NOT_FOUND');
    const hash = createHash('sha256').update(base);
    for (const { sopInstanceUid } of rows) hash.update(`\n${sopInstanceUid}`);
    const name = hash.digest();
    const etag = `"${name.toString('base64url').slice(0, 27)}"`;
    if (knownEtags.includes(etag)) return { etag, gzipped: null };
    const known = this.#known.get(etag);
    if (known !== undefined) return { etag, gzipped: known };
    const key = { sourceSha256: name.toString('hex') as Sha256, frameNumber: 0, form: `metadata ${MAKER}` };
    const stored = await this.#objects.read(key, signal);
    const gzipped = stored ?? (await this.#pack(rows, complete));
    if (stored === null && gzipped.byteLength >= STORED_FROM_BYTES) this.#objects.keep(key, gzipped);
    this.#remember(etag, gzipped);
    return { etag, gzipped };
  }

  async #pack(rows: readonly InstanceRow[], complete: (json: string, place: string) => string): Promise<Uint8Array> {
    const texts = await this.#db.material.metadataTexts(rows.map(({ sopInstanceUid }) => sopInstanceUid));
    const datasets = rows.map(({ studyUid, seriesUid, sopInstanceUid }) =>
      complete(
        texts.get(sopInstanceUid) ?? '{}',
        `studies/${studyUid}/series/${seriesUid}/instances/${sopInstanceUid}`,
      ),
    );
    return await compress(`[${datasets.join(',')}]`, { level: GZIP_LEVEL });
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
