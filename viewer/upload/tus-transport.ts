import type { DetailedError, Upload } from 'tus-js-client';
import { failureSchema } from '#shared/api/failure.ts';
import { materialPaths, type UploadResult, uploadOutcomeSchema, uploadOutcomesSchema } from '#shared/api/material.ts';
import { request } from '#viewer/api/client.ts';
import { sessionRenewed } from '#viewer/api/session.ts';
import type { UploadItem } from './upload-item.ts';
import { ConnectionLost, PAUSED, type UploadTransport } from './upload-queue.ts';

const CHUNK = 5 * 1024 * 1024;
const RETRY_DELAYS = [0, 1000, 3000, 5000, 10_000, 20_000];

class SessionLost extends Error {}

function isDetailed(error: Error | DetailedError): error is DetailedError {
  return 'originalRequest' in error;
}

/** The same file for the same consultation is the same upload, so that a reload can go on with it. */
function fingerprint(file: File, item: UploadItem): string {
  return ['consilium', item.consultationId, item.path, file.size, file.lastModified].join(':');
}

/** Turns what tus reports into an error whose message is a sentence. */
function translate(error: Error | DetailedError): Error {
  const response = isDetailed(error) ? error.originalResponse : null;
  const status = response?.getStatus() ?? 0;
  if (response === null || status === 0)
    return new ConnectionLost('The connection was lost; the file goes on when it is back.');
  const failure = failureSchema.safeParse(parseJson(response.getBody()));
  if (status === 401) return new SessionLost();
  if (failure.success) return new Error(failure.data.message);
  return new Error(`The server did not take the file (answer ${status}).`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Worth another try: no answer, a server that is busy or restarting, or an offset that both sides must agree on. */
function isPassing(error: DetailedError): boolean {
  const status = error.originalResponse?.getStatus() ?? 0;
  return status === 0 || status === 409 || status === 423 || status === 429 || status >= 500;
}

function sendOnce(
  UploadClass: typeof Upload,
  file: File,
  item: UploadItem,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<{ body: string; uploadId: string }> {
  return new Promise((resolve, reject) => {
    const large = file.size > CHUNK;
    const upload = new UploadClass(file, {
      endpoint: materialPaths.uploads(item.consultationId),
      chunkSize: CHUNK,
      retryDelays: RETRY_DELAYS,
      uploadDataDuringCreation: true,
      storeFingerprintForResuming: large,
      removeFingerprintOnSuccess: true,
      fingerprint: async () => fingerprint(file, item),
      metadata: { filename: item.path, filetype: file.type },
      onProgress: onSent,
      onShouldRetry: isPassing,
      onSuccess: ({ lastResponse }) =>
        resolve({ body: lastResponse.getBody(), uploadId: upload.url?.split('/').at(-1) ?? '' }),
      onError: (error) => reject(translate(error)),
    });
    signal.addEventListener('abort', () => {
      // What a paused file has sent stays on the server; a cancelled one is given up there too.
      upload.abort(signal.reason !== PAUSED).catch(() => undefined);
      reject(new Error('Stopped.'));
    });
    const begin = async () => {
      const [previous] = large ? await upload.findPreviousUploads() : [];
      if (previous !== undefined) upload.resumeFromPreviousUpload(previous);
      if (!signal.aborted) upload.start();
    };
    begin().catch(reject);
  });
}

/**
 * An upload that was complete before this page asked again answers without a body; the list of outcomes knows it.
 */
async function lookUp(item: UploadItem, uploadId: string, signal: AbortSignal): Promise<readonly UploadResult[]> {
  const path = materialPaths.outcomes(item.consultationId);
  const { outcomes } = await request(uploadOutcomesSchema, 'GET', path, undefined, signal);
  const outcome = outcomes.find((candidate) => candidate.uploadId === uploadId);
  if (outcome === undefined) throw new Error('The file arrived, but the server has not said yet what it is.');
  return outcome.results;
}

/** Sends a file by tus 1.0 in chunks of 5 MB and resumes where it was after a break, also after a reload. */
export const tusTransport: UploadTransport = async (file, item, onSent, signal) => {
  // Loaded with the first file: most visits send none.
  const { Upload: UploadClass } = await import('tus-js-client');
  for (;;) {
    try {
      const { body, uploadId } = await sendOnce(UploadClass, file, item, onSent, signal);
      const outcome = uploadOutcomeSchema.safeParse(parseJson(body));
      return outcome.success ? outcome.data.results : await lookUp(item, uploadId, signal);
    } catch (error) {
      if (!(error instanceof SessionLost)) throw error;
      if (!(await sessionRenewed(signal))) throw new Error('You are signed out; sign in and send the file again.');
    }
  }
};
