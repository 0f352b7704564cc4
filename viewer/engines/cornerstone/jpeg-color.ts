/** APP14 "Adobe" with transform 0: the three components are RGB as they stand. */
const ADOBE_RGB = [0xff, 0xee, 0x00, 0x0e, 0x41, 0x64, 0x6f, 0x62, 0x65, 0x00, 0x64, 0x00, 0x00, 0x00, 0x00, 0x00];
const APP0 = 0xe0;
const APP14 = 0xee;
const START_OF_SCAN = 0xda;

/**
 * A browser takes three JPEG components for YCbCr unless the stream says otherwise. A stream that says nothing while
 * the header says RGB gets the marker that says so; every other stream is left as it is.
 */
export function withStatedColor(jpeg: Uint8Array, photometricInterpretation: string): Uint8Array {
  if (photometricInterpretation !== 'RGB' || jpeg[0] !== 0xff || jpeg[1] !== 0xd8) return jpeg;
  for (let at = 2; at + 4 <= jpeg.length && jpeg[at] === 0xff; ) {
    const marker = jpeg[at + 1] ?? 0;
    if (marker === APP0 || marker === APP14) return jpeg;
    if (marker === START_OF_SCAN) break;
    at += 2 + (jpeg[at + 2] ?? 0) * 256 + (jpeg[at + 3] ?? 0);
  }
  const marked = new Uint8Array(jpeg.length + ADOBE_RGB.length);
  marked.set(jpeg.subarray(0, 2));
  marked.set(ADOBE_RGB, 2);
  marked.set(jpeg.subarray(2), 2 + ADOBE_RGB.length);
  return marked;
}
