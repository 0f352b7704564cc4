import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { StorableFile } from '#server/domain/ports.ts';
import { refusalInside, type S3Client } from './s3-client.ts';

/** Getting bytes into the bucket. Every request carries the hash of its body, which the store checks. */

/** Larger files go in parts: a broken line then costs one part, and memory stays bounded. */
export const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 4;
/** Limits of multipart uploads (S3 API, Amazon S3 multipart upload limits). */
const MOST_PARTS = 10_000;
const CLEANING_MS = 10_000;

/** Nothing may replace what somebody else stored meanwhile (RFC 9110 section 13.1.2); 412 says that it is there. */
const ONLY_NEW = { 'if-none-match': '*' };
const BINARY = { 'content-type': 'application/octet-stream' };

/**
 * Stores a file under `key` unless something is there. Returns false when somebody else stored it meanwhile or the
 * store did not say what became of it: then it is to be looked at.
 * @throws AppError as S3Client.send; Error when the file no longer has its fingerprint: nothing is stored then
 */
export async function uploadFile(
  client: S3Client,
  key: string,
  { path, fingerprint }: StorableFile,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    if (fingerprint.sizeBytes > PART_BYTES) {
      await uploadInParts(client, key, file, fingerprint, signal);
      return false;
    }
    const bytes = await readPart(file, 0, fingerprint.sizeBytes);
    if (sha256Of(bytes) !== fingerprint.sha256) throw changed();
    return await uploadBytes(client, key, bytes, signal);
  } finally {
    await file.close();
  }
}

/** Stores bytes in one request; false as above. @throws AppError as S3Client.send */
export async function uploadBytes(
  client: S3Client,
  key: string,
  bytes: Uint8Array<ArrayBuffer>,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const headers = { ...BINARY, ...ONLY_NEW, 'x-amz-content-sha256': sha256Of(bytes) };
  return client.send({ method: 'PUT', key, headers, body: bytes, answers: [412] }, signal, async (answer) => {
    await drain(answer);
    return answer.ok;
  });
}

async function uploadInParts(
  client: S3Client,
  key: string,
  file: FileHandle,
  { sha256, sizeBytes }: StorableFile['fingerprint'],
  signal: AbortSignal | undefined,
): Promise<void> {
  const uploadId = await begin(client, key, signal);
  const failing = new AbortController();
  const either = signal === undefined ? failing.signal : AbortSignal.any([signal, failing.signal]);
  const partBytes = Math.max(PART_BYTES, Math.ceil(sizeBytes / MOST_PARTS));
  const hash = createHash('sha256');
  const etags: string[] = [];
  const running = new Set<Promise<void>>();
  try {
    for (let number = 1, offset = 0; offset < sizeBytes; number++, offset += partBytes) {
      const bytes = await readPart(file, offset, Math.min(partBytes, sizeBytes - offset));
      hash.update(bytes);
      const sending = sendPart(client, key, uploadId, number, bytes, either).then((etag) => {
        etags[number - 1] = etag;
        running.delete(sending);
      });
      // Heard of by the race below or by the wait at the end.
      sending.catch(() => undefined);
      running.add(sending);
      if (running.size >= PARTS_AT_ONCE) await Promise.race(running);
    }
    await Promise.all(running);
    if (hash.digest('hex') !== sha256) throw changed();
    await complete(client, key, uploadId, etags, signal);
  } catch (error) {
    failing.abort(error);
    await Promise.allSettled(running);
    // The caller's signal may be what ended this; the parts are to go all the same, and their going is no news.
    await abandon(client, key, uploadId, AbortSignal.timeout(CLEANING_MS)).catch(() => undefined);
    throw error;
  }
}

async function begin(client: S3Client, key: string, signal: AbortSignal | undefined): Promise<string> {
  return client.send({ method: 'POST', key, query: { uploads: '' }, headers: BINARY }, signal, async (answer) => {
    const uploadId = /<UploadId>([^<]+)<\/UploadId>/.exec(await answer.text())?.[1];
    if (uploadId === undefined) throw new Error('the object storage began an upload without naming it');
    return uploadId;
  });
}

async function sendPart(
  client: S3Client,
  key: string,
  uploadId: string,
  number: number,
  body: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<string> {
  const headers = { 'x-amz-content-sha256': sha256Of(body) };
  const query = { partNumber: String(number), uploadId };
  return client.send({ method: 'PUT', key, query, headers, body }, signal, async (answer) => {
    await drain(answer);
    const etag = answer.headers.get('etag');
    if (etag === null) throw new Error('the object storage took a part without an ETag');
    return etag;
  });
}

async function complete(
  client: S3Client,
  key: string,
  uploadId: string,
  etags: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const parts = etags.map((etag, index) => {
    const text = etag.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
    return `<Part><PartNumber>${index + 1}</PartNumber><ETag>${text}</ETag></Part>`;
  });
  const body = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`;
  const headers = { 'content-type': 'application/xml', ...ONLY_NEW };
  // 404: an attempt before this one completed it and its answer was lost. Who asked looks at what is there.
  const request = { method: 'POST', key, query: { uploadId }, headers, body, answers: [404, 412] } as const;
  const status = await client.send(request, signal, async (answer) => {
    const refusal = refusalInside('POST', await answer.text());
    if (answer.ok && refusal !== null) throw refusal;
    return answer.status;
  });
  if (status === 412) await abandon(client, key, uploadId, signal);
}

async function abandon(
  client: S3Client,
  key: string,
  uploadId: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await client.send({ method: 'DELETE', key, query: { uploadId }, answers: [404] }, signal, drain);
}

/** Removes the parts of uploads begun before `oldest` that nobody will complete any more. Returns their number. */
export async function abandonOldUploads(
  client: S3Client,
  prefix: string,
  oldest: Date,
  signal: AbortSignal | undefined,
): Promise<number> {
  const list = await client.send({ method: 'GET', key: '', query: { uploads: '', prefix } }, signal, (answer) =>
    answer.text(),
  );
  let abandoned = 0;
  for (const [, upload = ''] of list.matchAll(/<Upload>(.*?)<\/Upload>/gs)) {
    const read = (name: string): string => new RegExp(`<${name}>([^<]+)</${name}>`).exec(upload)?.[1] ?? '';
    if (!(Date.parse(read('Initiated')) < oldest.getTime())) continue;
    await abandon(client, read('Key'), read('UploadId'), signal);
    abandoned += 1;
  }
  return abandoned;
}

/** Exactly `length` bytes of the file. */
async function readPart(file: FileHandle, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) throw changed();
    done += bytesRead;
  }
  return bytes;
}

function changed(): Error {
  return new Error('a file changed after its fingerprint was taken');
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Reads an answer whose body says nothing, so that its connection can serve again. */
async function drain(answer: Response): Promise<void> {
  await answer.arrayBuffer();
}
