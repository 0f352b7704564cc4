import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#shared/errors.ts';

/** A part of a representation: `lengthBytes` from `offsetBytes` on. */
export interface ByteRange {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/**
 * The part a Range header asks for (RFC 9110 section 14), and null for the whole. A list of ranges and what cannot be
 * read is answered with the whole, which the standard allows.
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | 'unsatisfiable' | null {
  const [, first, last] = /^bytes *= *(\d{0,15}) *- *(\d{0,15})$/i.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  if (first === '') {
    const lengthBytes = Math.min(Number(last), sizeBytes);
    return lengthBytes === 0 ? 'unsatisfiable' : { offsetBytes: sizeBytes - lengthBytes, lengthBytes };
  }
  const offsetBytes = Number(first);
  if (last !== '' && Number(last) < offsetBytes) return null;
  if (offsetBytes >= sizeBytes) return 'unsatisfiable';
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  return { offsetBytes, lengthBytes: end - offsetBytes + 1 };
}

/**
 * Prepares the answer for a representation of `sizeBytes` under `etag`: status 206 and Content-Range for a part. An
 * If-Range that names another version is answered with the whole (RFC 9110 section 13.1.5).
 * @throws AppError RANGE_UNSATISFIABLE
 */
export function answerRange(request: FastifyRequest, reply: FastifyReply, etag: string, sizeBytes: number): ByteRange {
  const condition = request.headers['if-range'];
  const header = condition === undefined || condition === etag ? request.headers.range : undefined;
  // Ranges are defined for GET alone (RFC 9110 section 14.2).
  const range = request.method === 'GET' ? parseRange(header, sizeBytes) : null;
  void reply.header('accept-ranges', 'bytes');
  if (range === 'unsatisfiable') {
    void reply.header('content-range', `bytes */${sizeBytes}`);
    throw new AppError('RANGE_UNSATISFIABLE', { sizeBytes });
  }
  if (range === null) return { offsetBytes: 0, lengthBytes: sizeBytes };
  const { offsetBytes, lengthBytes } = range;
  void reply.code(206).header('content-range', `bytes ${offsetBytes}-${offsetBytes + lengthBytes - 1}/${sizeBytes}`);
  return range;
}
