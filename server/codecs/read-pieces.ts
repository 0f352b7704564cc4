/** A worker process reads the stored bytes of its job at once: it has nothing else to do meanwhile. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { FilePieces } from '#server/domain/rendering-ports.ts';
import { AppError } from '#shared/errors.ts';

/** Memory that is kept for the next frame. Fresh memory costs more than reading a frame from the system's cache. */
const KEPT_BYTES = 4 * 1024 * 1024;

let kept = new Uint8Array(0);

/**
 * The pieces, joined. They are the caller's until the next call, which may put others in their place.
 * @throws AppError DICOM_PIXELS_SHORT
 */
export function readPieces({ path, ranges }: FilePieces): Uint8Array {
  const expectedBytes = ranges.reduce((sum, [, length]) => sum + length, 0);
  const target = memoryFor(expectedBytes);
  const file = openSync(path, 'r');
  try {
    let done = 0;
    for (const [offset, length] of ranges) {
      const found = readFully(file, target.subarray(done, done + length), offset);
      done += found;
      if (found < length) throw new AppError('DICOM_PIXELS_SHORT', { actualBytes: done, expectedBytes, frames: 1 });
    }
    return target;
  } finally {
    closeSync(file);
  }
}

function readFully(file: number, target: Uint8Array, offset: number): number {
  let done = 0;
  while (done < target.byteLength) {
    const found = readSync(file, target, done, target.byteLength - done, offset + done);
    if (found === 0) break;
    done += found;
  }
  return done;
}

function memoryFor(bytes: number): Uint8Array {
  if (bytes > KEPT_BYTES) return new Uint8Array(bytes);
  if (kept.byteLength < bytes) kept = new Uint8Array(bytes);
  return kept.subarray(0, bytes);
}
