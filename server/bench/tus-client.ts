import * as tus from 'tus-js-client';
import { materialPaths, type UploadOutcome, uploadOutcomeSchema } from '#shared/api/material.ts';

/** Bytes to send: in memory, or a stream of a known length. */
export type TusSource = Buffer | { readonly stream: NodeJS.ReadableStream; readonly sizeBytes: number };

/** Sends one file by the client library the viewer uses, in chunks of 5 MB, and returns what became of it. */
export function sendByTus(request: {
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly consultationId: string;
  readonly name: string;
  readonly source: TusSource;
}): Promise<UploadOutcome> {
  const { base, headers, consultationId, name, source } = request;
  return new Promise((resolve, reject) => {
    const inMemory = Buffer.isBuffer(source);
    const upload = new tus.Upload((inMemory ? source : source.stream) as unknown as File, {
      endpoint: `${base}${materialPaths.uploads(consultationId)}`,
      headers: { ...headers },
      chunkSize: 5 * 1024 * 1024,
      uploadDataDuringCreation: inMemory,
      ...(inMemory ? {} : { uploadSize: source.sizeBytes }),
      metadata: { filename: name },
      retryDelays: null,
      onSuccess: ({ lastResponse }) => resolve(uploadOutcomeSchema.parse(JSON.parse(lastResponse.getBody()))),
      onError: reject,
    });
    upload.start();
  });
}
