/** Bounded inflation of raw deflate streams (PS3.5 A.5). */
import { inflateRawSync } from 'node:zlib';
import { AppError } from '#shared/errors.ts';

/** Inflates a raw deflate stream. @throws AppError DICOM_HEADER_TOO_LARGE beyond the limit, DICOM_MALFORMED */
export function inflateBounded(bytes: Uint8Array, limitBytes: number): Uint8Array {
  try {
    return inflateRawSync(bytes, { maxOutputLength: limitBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new AppError('DICOM_HEADER_TOO_LARGE', { limitBytes }, { cause });
    }
    throw new AppError('DICOM_MALFORMED', { offsetBytes: 0, reason: 'the deflated data set is damaged' }, { cause });
  }
}
