import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { withBulkDataBase, withServiceBase } from '#shared/dicom/dicom-json.ts';
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
const MAKER = 2;
/** Fast rather than small: DICOM JSON packs twenty to one at any level. */
const GZIP_LEVEL = 4;
const compress = promisify(gzip);
const decompress = promisify(gunzip);

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
   * Throws NOT_FOUND when the consultations hold nothing in the scope. `knownEtags` save the work of a 304. `service` is
   * the address that those of bulk data begin with. What is kept has none: the caller chooses the name of the server.
   */
  async read(
    reach: InstanceReach,
    scope: InstanceScope,
    knownEtags: readonly string[],
    service: string,
    signal: AbortSignal,
  ): Promise<{ etag: string; gzipped: Uint8Array | null }> {
    const rows = await this.#db.material.instanceRows(reach, scope);
    if (rows.length === 0) throw new AppError('NOT_FOUND');
    const name = nameOf('', rows);
    const own = nameOf(service, rows);
    const etag = `"${own.toString('base64url').slice(0, 27)}"`;
    if (knownEtags.includes(etag)) return { etag, gzipped: null };
    const known = this.#known.get(name.toString('hex')) ?? this.#known.get(own.toString('hex'));
    if (known !== undefined) return { etag, gzipped: known };
    const { text, gzipped } = await this.#keptOrPacked(name.toString('hex') as Sha256, rows, signal);
    const complete = withServiceBase(text, service);
    // Most series have no such address, and are the same for everybody.
    if (complete === text) {
      this.#remember(name.toString('hex'), gzipped);
      return { etag, gzipped };
    }
    const addressed = await compress(complete, { level: GZIP_LEVEL });
    this.#remember(own.toString('hex'), addressed);
    return { etag, gzipped: addressed };
  }

  /** With the addresses of bulk data relative to the service. */
  async #keptOrPacked(
    sourceSha256: Sha256,
    rows: readonly InstanceRow[],
    signal: AbortSignal,
  ): Promise<{ readonly text: string; readonly gzipped: Uint8Array }> {
    const key = { sourceSha256, frameNumber: 0, form: `metadata ${MAKER}` };
    const stored = await this.#objects.read(key, signal);
    if (stored !== null) return { text: (await decompress(stored)).toString(), gzipped: stored };
    const texts = await this.#db.material.metadataTexts(rows.map(({ sopInstanceUid }) => sopInstanceUid));
    const datasets = rows.map(({ studyUid, seriesUid, sopInstanceUid }) =>
      withBulkDataBase(
        texts.get(sopInstanceUid) ?? '{}',
        `studies/${studyUid}/series/${seriesUid}/instances/${sopInstanceUid}/`,
      ),
    );
    const text = `[${datasets.join(',')}]`;
    const gzipped = await compress(text, { level: GZIP_LEVEL });
    if (gzipped.byteLength >= STORED_FROM_BYTES) this.#objects.keep(key, gzipped);
    return { text, gzipped };
  }

  #remember(name: string, bytes: Uint8Array): void {
    if (bytes.byteLength > REMEMBERED_BYTES / 4 || this.#known.has(name)) return;
    this.#known.set(name, bytes);
    this.#knownBytes += bytes.byteLength;
    for (const [oldest, dropped] of this.#known) {
      if (this.#knownBytes <= REMEMBERED_BYTES) break;
      this.#known.delete(oldest);
      this.#knownBytes -= dropped.byteLength;
    }
  }
}

/** The instances as they are sent to those who reach the service at this address. */
function nameOf(service: string, rows: readonly InstanceRow[]): Buffer {
  const hash = createHash('sha256').update(service);
  for (const { sopInstanceUid } of rows) hash.update(`\n${sopInstanceUid}`);
  return hash.digest();
}
