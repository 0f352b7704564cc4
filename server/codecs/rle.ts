/** RLE Lossless (PS3.5 annex G): up to 15 byte planes, each packed on its own. */
import { unpackBits } from './native-pixels.ts';
import { type FrameFormat, type SampleArray, samplesOf, storedValues, UndecodableFrame } from './stored-pixels.ts';

const HEADER_BYTES = 64;

/** Samples of an RLE frame. @throws UndecodableFrame */
export function decodeRle(bytes: Uint8Array, format: FrameFormat): SampleArray {
  const packedBits = format.bitsAllocated === 1;
  const sampleBytes = packedBits ? 1 : format.bitsAllocated / 8;
  const planeBytes = packedBits ? Math.ceil((format.rows * format.columns) / 8) : format.rows * format.columns;
  const expected = sampleBytes * format.samplesPerPixel;
  const offsets = readHeader(bytes, expected);
  const stride = packedBits ? 1 : expected;
  const out = new Uint8Array(planeBytes * stride);
  offsets.forEach((start, segment) => {
    const end = offsets[segment + 1] ?? bytes.length;
    const sample = Math.floor(segment / sampleBytes);
    // Planes come most significant byte first; memory here is little endian.
    const byteInSample = sampleBytes - 1 - (segment % sampleBytes);
    unpackSegment(bytes.subarray(start, end), out, sample * sampleBytes + byteInSample, stride, planeBytes, segment);
  });
  return packedBits ? unpackBits(out, format) : storedValues(samplesOf(out, format), format);
}

function readHeader(bytes: Uint8Array, expected: number): number[] {
  if (bytes.length < HEADER_BYTES) throw new UndecodableFrame('it is shorter than its RLE header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const count = view.getUint32(0, true);
  if (count !== expected) throw new UndecodableFrame(`it has ${count} RLE segments where ${expected} are needed`);
  const offsets = Array.from({ length: count }, (_, i) => view.getUint32(4 + 4 * i, true));
  for (const [i, offset] of offsets.entries()) {
    if (offset < HEADER_BYTES || offset > bytes.length || offset < (offsets[i - 1] ?? 0)) {
      throw new UndecodableFrame(`RLE segment ${i + 1} starts at byte ${offset}, outside of the frame`);
    }
  }
  return offsets;
}

/** PackBits: n ≥ 0 copies n + 1 bytes, n from -1 to -127 repeats one byte 1 - n times, -128 does nothing. */
function unpackSegment(
  packed: Uint8Array,
  out: Uint8Array,
  firstByte: number,
  stride: number,
  count: number,
  segment: number,
): void {
  let written = 0;
  let at = 0;
  while (written < count && at < packed.length) {
    const control = packed[at++] ?? 0;
    if (control < 128) {
      const length = Math.min(control + 1, count - written, packed.length - at);
      for (let i = 0; i < length; i++) out[firstByte + (written + i) * stride] = packed[at + i] ?? 0;
      at += control + 1;
      written += length;
    } else if (control > 128) {
      const value = packed[at++] ?? 0;
      const length = Math.min(257 - control, count - written);
      for (let i = 0; i < length; i++) out[firstByte + (written + i) * stride] = value;
      written += length;
    }
  }
  if (written < count) throw new UndecodableFrame(`RLE segment ${segment + 1} ends after ${written} of ${count} bytes`);
}
