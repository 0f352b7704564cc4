/** Reads just as much of a file as its DICOM header needs. */
import { DICOM_BOUNDS } from '#shared/dicom/bounds.ts';
import { HeaderContinues } from '#shared/dicom/element-scan.ts';
import { type DicomHeader, parseDicomHeader } from '#shared/dicom/header.ts';
import { AppError } from '#shared/errors.ts';
import { inflateBounded } from './inflate.ts';
import type { RangeReader } from './range-reader.ts';

const FIRST_BYTES = 64 * 1024;

/** Header of a stored DICOM file. @throws as parseDicomHeader does */
export async function readHeader(read: RangeReader, sizeBytes: number, signal: AbortSignal): Promise<DicomHeader> {
  if (sizeBytes === 0) throw new AppError('UPLOAD_EMPTY');
  const limit = Math.min(sizeBytes, DICOM_BOUNDS.maxHeaderBytes + FIRST_BYTES);
  let wanted = Math.min(sizeBytes, FIRST_BYTES);
  for (;;) {
    signal.throwIfAborted();
    const bytes = await read(0, wanted);
    try {
      return parseDicomHeader(bytes, {
        totalBytes: sizeBytes,
        inflate: (stream, limitBytes) => {
          if (bytes.length < sizeBytes) throw new HeaderContinues(sizeBytes);
          return inflateBounded(stream, limitBytes);
        },
      });
    } catch (error) {
      if (!(error instanceof HeaderContinues)) throw error;
      if (wanted >= limit || bytes.length < wanted) {
        throw new AppError('DICOM_HEADER_TOO_LARGE', { limitBytes: DICOM_BOUNDS.maxHeaderBytes }, { cause: error });
      }
      wanted = Math.min(limit, Math.max(error.neededBytes, wanted * 4));
    }
  }
}
