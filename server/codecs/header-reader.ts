/** The reading of headers for use cases that write DICOM. */
import type { HeaderReader } from '#server/domain/deidentification-ports.ts';
import { DICOM_BOUNDS } from '#shared/dicom/bounds.ts';
import { inflateBounded } from './inflate.ts';
import { readHeader } from './read-header.ts';

/** @throws AppError as parseDicomHeader does */
export function createHeaderReader(): HeaderReader {
  return {
    async read(read, sizeBytes, signal) {
      const header = await readHeader(read, sizeBytes, signal);
      if (header.deflatedFromBytes === null) return { header, inflated: null };
      const stream = await read(header.deflatedFromBytes, sizeBytes - header.deflatedFromBytes);
      return { header, inflated: inflateBounded(stream, DICOM_BOUNDS.maxInflatedBytes) };
    },
  };
}
