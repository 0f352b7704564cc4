import type { DicomHeader } from '#shared/dicom/header.ts';
import type { RangeRead } from './image-ports.ts';

/** Reads as much of a stored file as its header needs. */
export interface HeaderReader {
  /** `inflated` is the data set of a deflated file, in which the places of its header lie; else null. */
  read(
    read: RangeRead,
    sizeBytes: number,
    signal: AbortSignal,
  ): Promise<{ readonly header: DicomHeader; readonly inflated: Uint8Array | null }>;
}

/** A file on its way out. */
export interface OutgoingFile {
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Packs files into one archive, one after the other. */
export type PackFiles = (files: AsyncIterable<OutgoingFile>) => AsyncIterable<Uint8Array>;
