/** How much of a DICOM header is read before it is refused. Hostile files reach these; real ones stay far below. */

export interface DicomBounds {
  /** Elements and items together, over all levels. */
  readonly maxElements: number;
  /** Sequences inside sequences. */
  readonly maxDepth: number;
  /** Bytes before the pixel data (or of the whole object when it has none). */
  readonly maxHeaderBytes: number;
  /** Bytes a deflated data set may unfold to. */
  readonly maxInflatedBytes: number;
}

export const DICOM_BOUNDS: DicomBounds = {
  maxElements: 500_000,
  maxDepth: 32,
  maxHeaderBytes: 128 * 1024 * 1024,
  maxInflatedBytes: 256 * 1024 * 1024,
};
