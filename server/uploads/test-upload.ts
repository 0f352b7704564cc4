import * as tus from 'tus-js-client';
import type { SignedIn } from '#server/http/test-server.ts';
import { materialPaths, type UploadOutcome, uploadOutcomeSchema } from '#shared/api/material.ts';

/** For tests: sends bytes by the client library the viewer uses, and reads the outcome from the last answer. */
export function sendByTus(
  base: string,
  person: Pick<SignedIn, 'cookie'>,
  consultationId: string,
  file: { readonly name: string; readonly bytes: Buffer; readonly chunkSize?: number },
): Promise<UploadOutcome> {
  return new Promise((resolve, reject) => {
    const upload = new tus.Upload(file.bytes as unknown as tus.UploadOptions['urlStorage'] & Blob, {
      endpoint: `${base}${materialPaths.uploads(consultationId)}`,
      headers: { cookie: person.cookie },
      chunkSize: file.chunkSize ?? 5 * 1024 * 1024,
      uploadDataDuringCreation: true,
      metadata: { filename: file.name },
      retryDelays: null,
      onSuccess: ({ lastResponse }) => resolve(uploadOutcomeSchema.parse(JSON.parse(lastResponse.getBody()))),
      onError: reject,
    });
    upload.start();
  });
}
