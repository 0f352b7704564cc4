import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { BlobHandle, Fingerprint, StorableFile } from '#server/domain/ports.ts';
import { AppError } from '#shared/errors.ts';
import type { Sha256 } from '#shared/ids.ts';
import { fingerprint, isSha256 } from './fingerprint.ts';
import type { OpenedDerivedStore } from './opened-store.ts';
import { createS3Client, errorCodeOf, type S3Settings } from './s3-client.ts';
import { abandonOldUploads, PART_BYTES, uploadBytes, uploadFile } from './s3-upload.ts';

/** Keys of the originals. */
const ORIGINALS = 'blobs/';
/** Keys of what can be made again. */
export const DERIVED = 'derived/';
/** Sizes kept in mind: objects never change, so a read of one that was opened lately is a single request. */
const KNOWN_SIZES = 16_384;
/** Small files on their way at the same time; large ones go one after the other, each with several parts at once. */
const SMALL_AT_ONCE = 8;
/** No upload takes so long: parts that are older belong to a process that ended. */
const ABANDONED_MS = 7 * 24 * 3600 * 1000;

export interface S3BlobStore extends OpenedDerivedStore {
  /** Removes the parts of uploads that ended processes left; returns their number. */
  tidy(now: Date, signal?: AbortSignal): Promise<number>;
}

/**
 * A content-addressed store in a bucket: `blobs/<sha256>`. Opens nothing by itself; `probe` tells whether the bucket
 * can be reached and throws CONFIG_INVALID when it refuses us for a reason that will not pass.
 */
export function createS3BlobStore(settings: S3Settings, prefix = ORIGINALS): S3BlobStore {
  const client = createS3Client(settings);
  const keyOf = (sha256: Sha256): string => `${prefix}${sha256}`;
  // A Map keeps insertion order: the first key is the one used longest ago.
  const sizes = new Map<Sha256, number>();

  function remember(sha256: Sha256, sizeBytes: number): void {
    sizes.delete(sha256);
    sizes.set(sha256, sizeBytes);
    const [oldest] = sizes.keys();
    if (sizes.size > KNOWN_SIZES && oldest !== undefined) sizes.delete(oldest);
  }

  /** Size of the stored object, or null when there is none. */
  async function sizeOf(sha256: Sha256, signal: AbortSignal | undefined): Promise<number | null> {
    const sizeBytes = await client.send(
      { method: 'HEAD', key: keyOf(sha256), answers: [404] },
      signal,
      async ({ status, headers }) => {
        if (status === 404) return null;
        const length = headers.get('content-length');
        if (length === null) throw new Error('the object storage did not say how long an object is');
        return Number(length);
      },
    );
    if (sizeBytes !== null) remember(sha256, sizeBytes);
    return sizeBytes;
  }

  /** As `sizeOf`, for those to whom a missing object is a loss: HEAD has no body, so a bucket that is gone looks like it. */
  async function sizeOfStored(sha256: Sha256, signal: AbortSignal | undefined): Promise<number | null> {
    const sizeBytes = await sizeOf(sha256, signal);
    if (sizeBytes !== null) return sizeBytes;
    const cause = await bucketTrouble(signal);
    if (cause !== null) throw new AppError('STORAGE_UNAVAILABLE', {}, { cause });
    return null;
  }

  /** Fills `target` from `offset`; the range lies inside the object. */
  async function fill(sha256: Sha256, target: Uint8Array, offset: number, signal?: AbortSignal): Promise<void> {
    if (target.byteLength === 0) return;
    const range = `bytes=${offset}-${offset + target.byteLength - 1}`;
    const request = { method: 'GET', key: keyOf(sha256), headers: { range }, answers: [404, 416] } as const;
    await client.send({ ...request, expectedBytes: target.byteLength }, signal, async (answer) => {
      if (!answer.ok) {
        const code = await errorCodeOf(answer);
        sizes.delete(sha256);
        if (code === 'NoSuchKey') throw new AppError('BLOB_MISSING');
        throw new AppError(answer.status === 416 ? 'BLOB_CORRUPT' : 'STORAGE_UNAVAILABLE');
      }
      await receive(answer, target, offset);
    });
  }

  /** True when the object is stored already. Throws BLOB_CORRUPT when what is stored has another length. */
  async function isStored({ sha256, sizeBytes }: Fingerprint, signal: AbortSignal | undefined): Promise<boolean> {
    const stored = await sizeOf(sha256, signal);
    if (stored !== null && stored !== sizeBytes) throw new AppError('BLOB_CORRUPT');
    return stored !== null;
  }

  /** Uploads what is not there and confirms nothing but what the store says it has. */
  async function store(found: Fingerprint, upload: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
    if (await isStored(found, signal)) return;
    if (await upload()) remember(found.sha256, found.sizeBytes);
    else if (!(await isStored(found, signal))) throw new AppError('STORAGE_UNAVAILABLE');
  }

  const storeFile = (file: StorableFile, signal: AbortSignal | undefined): Promise<void> =>
    store(file.fingerprint, () => uploadFile(client, keyOf(file.fingerprint.sha256), file, signal), signal);

  async function adoptAll(files: readonly StorableFile[], signal?: AbortSignal): Promise<void> {
    const small = files.filter(({ fingerprint: { sizeBytes } }) => sizeBytes <= PART_BYTES);
    for (let start = 0; start < small.length; start += SMALL_AT_ONCE) {
      await Promise.all(small.slice(start, start + SMALL_AT_ONCE).map((file) => storeFile(file, signal)));
    }
    for (const file of files) if (!small.includes(file)) await storeFile(file, signal);
  }

  /** What the settings have wrong about the bucket, or null. */
  async function bucketTrouble(signal: AbortSignal | undefined): Promise<AppError | null> {
    const request = { method: 'HEAD', key: '', answers: [301, 307, 400, 403, 404] } as const;
    const status = await client.send(request, signal, async (answer) => answer.status);
    const wrong = (key: string, reason: string) => new AppError('CONFIG_INVALID', { key, reason });
    if (status === 404) return wrong('S3_BUCKET', 'the object storage has no such bucket');
    if (status === 403) return wrong('S3_ACCESS_KEY', 'the object storage refuses these keys for the bucket');
    if (status >= 300) return wrong('S3_REGION', 'the object storage has the bucket at another address or region');
    return null;
  }

  return {
    fingerprint,
    adoptAll,

    async probe(signal) {
      const trouble = await bucketTrouble(signal);
      if (trouble !== null) throw trouble;
    },

    async adopt(path, signal) {
      const found = await fingerprint(path, signal);
      await adoptAll([{ path, fingerprint: found }], signal);
      await rm(path, { force: true });
      return found;
    },

    async put(bytes, signal) {
      // A copy: whoever gave the bytes may use their memory again while a second attempt reads them.
      const kept = new Uint8Array(bytes);
      const sha256 = createHash('sha256').update(kept).digest('hex') as Sha256;
      const found = { sha256, sizeBytes: kept.byteLength };
      await store(found, () => uploadBytes(client, keyOf(sha256), kept, signal), signal);
      return found;
    },

    async open(sha256, signal): Promise<BlobHandle> {
      const sizeBytes = sizes.get(sha256) ?? (await sizeOfStored(sha256, signal));
      if (sizeBytes === null) throw new AppError('BLOB_MISSING');
      remember(sha256, sizeBytes);
      const lengthFrom = (offset: number, length: number) => Math.max(0, Math.min(length, sizeBytes - offset));
      return {
        sizeBytes,
        async read(offset, length, reading) {
          const target = new Uint8Array(lengthFrom(offset, length));
          await fill(sha256, target, offset, reading);
          return target;
        },
        async readInto(target, offset, reading) {
          const length = lengthFrom(offset, target.byteLength);
          await fill(sha256, target.subarray(0, length), offset, reading);
          return length;
        },
        async close() {},
      };
    },

    async verify(sha256, signal) {
      const sizeBytes = await sizeOfStored(sha256, signal);
      if (sizeBytes === null) return 'missing';
      const hash = createHash('sha256');
      const part = new Uint8Array(Math.min(PART_BYTES, sizeBytes));
      for (let offset = 0; offset < sizeBytes; offset += part.byteLength) {
        const bytes = part.subarray(0, Math.min(part.byteLength, sizeBytes - offset));
        await fill(sha256, bytes, offset, signal);
        hash.update(bytes);
      }
      return hash.digest('hex') === sha256 ? 'intact' : 'corrupt';
    },

    async remove(sha256, signal) {
      sizes.delete(sha256);
      await client.send({ method: 'DELETE', key: keyOf(sha256), answers: [404] }, signal, async () => {});
    },

    async *list(signal) {
      let last = '';
      for (;;) {
        // Our keys are hexadecimal, so going on behind the last one needs no opaque token and no unescaping.
        const after: Record<string, string> = last === '' ? {} : { 'start-after': last };
        const query = { 'list-type': '2', prefix, ...after };
        const page = await client.send({ method: 'GET', key: '', query }, signal, (answer) => answer.text());
        const keys = [...page.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key);
        for (const key of keys) {
          const name = key.slice(prefix.length);
          if (isSha256(name)) yield name;
        }
        last = keys.at(-1) ?? '';
        if (last === '' || !/<IsTruncated>true<\/IsTruncated>/.test(page)) return;
      }
    },

    tidy: (now, signal) => abandonOldUploads(client, prefix, new Date(now.getTime() - ABANDONED_MS), signal),

    close: async () => client.close(),
  };
}

/**
 * Takes a partial answer (RFC 9110 section 15.3.7) into `target`. Anything but exactly the range asked for is an
 * error that is tried again: half of a frame must never pass for a frame.
 */
async function receive(answer: Response, target: Uint8Array, offset: number): Promise<void> {
  const range = /^bytes (\d+)-(\d+)\//.exec(answer.headers.get('content-range') ?? '');
  const whole = answer.status === 200 && offset === 0;
  if (!whole && (Number(range?.[1]) !== offset || Number(range?.[2]) !== offset + target.byteLength - 1)) {
    await answer.body?.cancel();
    throw new Error('the object storage answered with another range');
  }
  let done = 0;
  for await (const chunk of answer.body ?? []) {
    if (done + chunk.byteLength > target.byteLength) throw new Error('the object storage sent more than asked for');
    target.set(chunk, done);
    done += chunk.byteLength;
  }
  if (done !== target.byteLength) throw new Error('the object storage sent less than asked for');
}
