/** For tests: multipart bodies as a STOW-RS client writes them. */

export const BOUNDARY = 'test-boundary';
export const STOW_TYPE = `multipart/related; type="application/dicom"; boundary=${BOUNDARY}`;

/** One part per object. */
export function stowBody(objects: readonly Uint8Array[], partType = 'application/dicom'): Buffer {
  const parts = objects.flatMap((bytes) => [
    Buffer.from(`--${BOUNDARY}\r\nContent-Type: ${partType}\r\n\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}
