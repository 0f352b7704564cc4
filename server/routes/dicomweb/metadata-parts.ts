import { type BulkPart, composeInstance } from '#server/domain/compose-instance.ts';
import type { IncomingObject } from '#server/domain/incoming-object.ts';
import type { Staging } from '#server/domain/ingest-ports.ts';
import { AppError } from '#shared/errors.ts';
import { parseMediaType } from './media-type.ts';
import type { Part } from './multipart-reader.ts';

/** Metadata and bulk data as separate parts of a store request (PS3.18 section 10.5.2). */

const JSON_TYPE = 'application/dicom+json';
/** Of all metadata of a request; it is read as a whole. */
const MAX_JSON_BYTES = 32 * 1024 * 1024;
const MAX_DATASETS = 5000;

/**
 * The objects of a request: the parts of metadata first, then bulk data by Content-Location. Bulk data goes to the disk
 * as it comes; its files are removed when the last object was taken or the request is given up.
 * @throws AppError MULTIPART_INVALID, REQUEST_INVALID, BODY_TOO_LARGE; whatever the parts throw
 */
export async function* objectsOfMetadata(
  parts: AsyncIterable<Part>,
  staging: Staging,
  address: string,
  signal: AbortSignal,
): AsyncGenerator<IncomingObject, void> {
  const datasets: unknown[] = [];
  const bulk = new Map<string, BulkPart[]>();
  let jsonBytes = 0;
  try {
    for await (const { number, headers, content } of parts) {
      const type = parseMediaType(headers.get('content-type') ?? (number === 1 ? JSON_TYPE : ''));
      if (type.name === JSON_TYPE) {
        const text = await wholeText(content, MAX_JSON_BYTES - jsonBytes);
        jsonBytes += text.length;
        datasets.push(...datasetsOf(text));
        if (datasets.length > MAX_DATASETS) {
          throw new AppError('REQUEST_INVALID', { where: 'body', reason: `has more than ${MAX_DATASETS} data sets` });
        }
        continue;
      }
      const location = headers.get('content-location');
      if (location === undefined || location === '') {
        throw new AppError('MULTIPART_INVALID', { part: number, reason: 'bulk data has no Content-Location' });
      }
      const file = await staging.write(content, signal);
      const place = resolved(location, address);
      const known = bulk.get(place) ?? [];
      bulk.set(place, known);
      known.push({
        mediaType: type.name === '' ? 'application/octet-stream' : type.name,
        transferSyntaxUid: type.parameters.get('transfer-syntax') ?? null,
        file,
      });
    }
    if (datasets.length === 0) throw new AppError('REQUEST_INVALID', { where: 'body', reason: 'has no metadata' });
    for (const dataset of datasets) {
      yield await composeInstance(staging, dataset, (uri) => bulk.get(resolved(uri, address)) ?? [], signal);
    }
  } finally {
    for (const known of bulk.values()) for (const { file } of known) await staging.discard(file.path);
  }
}

/** Both may be relative, and then mean the same when they are relative to the address of the request (RFC 2557). */
function resolved(location: string, address: string): string {
  return URL.canParse(location, address) ? new URL(location, address).href : location;
}

function datasetsOf(text: string): unknown[] {
  try {
    const json: unknown = JSON.parse(text);
    return Array.isArray(json) ? (json as unknown[]) : [json];
  } catch {
    // What the parser says may quote the text.
    throw new AppError('REQUEST_INVALID', { where: 'metadata', reason: 'is not JSON' });
  }
}

async function wholeText(content: AsyncIterable<Uint8Array>, limitBytes: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.byteLength;
    if (bytes > limitBytes) throw new AppError('BODY_TOO_LARGE', { limitBytes: MAX_JSON_BYTES });
    pieces.push(piece);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces));
  } catch {
    throw new AppError('REQUEST_INVALID', { where: 'metadata', reason: 'is not UTF-8' });
  }
}
