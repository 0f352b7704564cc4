import { setTimeout as pause } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { AppError } from '#shared/errors.ts';

/** Signed requests to one bucket of an S3-compatible store, tried again while the store has trouble. */

/** Where the bucket is and who we are to it. Requests are path-style: `endpoint/bucket/key`. */
export interface S3Settings {
  readonly endpoint: URL;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** '' is the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | string;
  /** Bytes that come back, for the time this may take. */
  readonly expectedBytes?: number;
  /** Statuses that are an answer besides 2xx. */
  readonly answers?: readonly number[];
}

export interface S3Client {
  /**
   * Sends the request and hands the answer to `read`, both again when either fails for a reason that may pass: `read`
   * must bear being called twice.
   * @throws AppError STORAGE_UNAVAILABLE, STORAGE_FULL; whatever AppError `read` throws; the reason of the signal
   */
  send<T>(request: S3Request, signal: AbortSignal | undefined, read: (answer: Response) => Promise<T>): Promise<T>;
  /** Aborts what is under way; every later request fails. */
  close(): void;
}

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 50;
/** No further attempt after this long: somebody waits. */
const PATIENCE_MS = 15_000;
const ANSWER_MS = 10_000;
/** The slowest line we wait for: 256 KB/s. */
const SLOWEST_BYTES_PER_MS = 256;
const PASSING_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);
const PASSING_CODE = new Set(['RequestTimeout', 'SlowDown', 'OperationAborted', 'ConditionalRequestConflict']);
const FULL_CODE = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage']);

/** What the store refused; the message holds method, status and the store's code, nothing of the request. */
class S3Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(method: string, status: number, code: string) {
    super(`the object storage answered ${method} with ${status}${code === '' ? '' : ` ${code}`}`);
    this.name = 'S3Refusal';
    this.status = status;
    this.code = code;
  }
}

export function createS3Client(settings: S3Settings): S3Client {
  const closing = new AbortController();
  const root = settings.endpoint.href.replace(/\/$/, '');
  const keys = new Map<string, ArrayBuffer>();

  async function attempt<T>(
    request: S3Request,
    signal: AbortSignal | undefined,
    read: (answer: Response) => Promise<T>,
  ): Promise<T> {
    const { method, key, query = {}, headers = {}, body = null, answers = [] } = request;
    const url = new URL(key === '' ? `${root}/${settings.bucket}` : `${root}/${settings.bucket}/${key}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const signed = await new AwsV4Signer({
      ...{ method, headers, url: url.href, service: 's3', region: settings.region, cache: keys },
      ...{ accessKeyId: settings.accessKey, secretAccessKey: settings.secretKey },
    }).sign();
    const moved = (request.expectedBytes ?? 0) + (body?.length ?? 0);
    const limits = [closing.signal, AbortSignal.timeout(ANSWER_MS + Math.ceil(moved / SLOWEST_BYTES_PER_MS))];
    const answer = await fetch(signed.url, {
      ...{ method, body, headers: signed.headers, redirect: 'manual' },
      signal: AbortSignal.any(signal === undefined ? limits : [...limits, signal]),
    });
    if (!answer.ok && !answers.includes(answer.status)) {
      throw new S3Refusal(method, answer.status, await errorCodeOf(answer));
    }
    return read(answer);
  }

  return {
    async send(request, signal, read) {
      const start = performance.now();
      for (let tried = 1; ; tried++) {
        signal?.throwIfAborted();
        closing.signal.throwIfAborted();
        try {
          return await attempt(request, signal, read);
        } catch (error) {
          signal?.throwIfAborted();
          if (error instanceof AppError) throw error;
          const over = tried === ATTEMPTS || performance.now() - start > PATIENCE_MS;
          if (over || closing.signal.aborted || !mayPass(error)) throw failureOf(error);
        }
        // Half of each pause is chance, so that those who failed together do not come back together.
        const longest = FIRST_PAUSE_MS * 2 ** tried;
        const pausing = pause(longest / 2 + (Math.random() * longest) / 2, undefined, {
          signal: signal ?? closing.signal,
        });
        // Cut short, it is the next round that says why.
        await pausing.catch(() => undefined);
      }
    },

    close: () => closing.abort(new AppError('STORAGE_UNAVAILABLE')),
  };
}

/** The `Code` of an error answer (S3 API, Error Responses); '' when it has none. Reads the answer to its end. */
export async function errorCodeOf(answer: Response): Promise<string> {
  return /<Code>(\w{1,64})<\/Code>/.exec(await answer.text())?.[1] ?? '';
}

/** An error inside an answer that began as a success, as completing a multipart upload may give. */
export function refusalInside(method: string, text: string): Error | null {
  if (!text.includes('<Error>')) return null;
  return new S3Refusal(method, 500, /<Code>(\w{1,64})<\/Code>/.exec(text)?.[1] ?? '');
}

/** Without an answer, or cut in the middle of one, it is the line; a refusal passes when the store says so. */
function mayPass(error: unknown): boolean {
  return !(error instanceof S3Refusal) || PASSING_STATUS.has(error.status) || PASSING_CODE.has(error.code);
}

function failureOf(cause: unknown): AppError {
  const full = cause instanceof S3Refusal && (cause.status === 507 || FULL_CODE.has(cause.code));
  return new AppError(full ? 'STORAGE_FULL' : 'STORAGE_UNAVAILABLE', {}, { cause });
}
