/** LZW as TIFF uses it (TIFF 6.0 section 13): codes of 9 to 12 bits, high bit first, the width growing one code early. */

import { AppError } from '#shared/errors.ts';

const CLEAR = 256;
const END = 257;
const TABLE = 4096;

/**
 * Unpacks until `lengthBytes` are there or the data ends; what follows is not read.
 * Errors: DOCUMENT_DAMAGED for a code that cannot occur, and for data that ends before `lengthBytes`.
 */
export function decodeLzw(packed: Uint8Array, lengthBytes: number): Uint8Array {
  const out = new Uint8Array(lengthBytes);
  // A string of the table is where it was first written: its start in `out` and its length.
  const starts = new Uint32Array(TABLE);
  const lengths = new Uint32Array(TABLE);
  let written = 0;
  let next = END + 1;
  let width = 9;
  let previousStart = -1;
  let previousLength = 0;
  let buffer = 0;
  let bits = 0;
  for (let at = 0; written < lengthBytes; ) {
    while (bits < width) {
      if (at >= packed.length) throw damaged(`it ends after ${written} of ${lengthBytes} bytes`);
      // The 12 bits a code needs at most stay within 32: older ones may fall off the top.
      buffer = (buffer << 8) | (packed[at++] ?? 0);
      bits += 8;
    }
    const code = (buffer >>> (bits - width)) & ((1 << width) - 1);
    bits -= width;
    if (code === CLEAR) {
      next = END + 1;
      width = 9;
      previousStart = -1;
      continue;
    }
    if (code === END) throw damaged(`it ends after ${written} of ${lengthBytes} bytes`);
    const start = written;
    if (code < CLEAR) {
      out[written++] = code;
    } else {
      const known = code < next;
      if (previousStart < 0 || code > next) throw damaged('it has a code that cannot occur');
      const from = known ? (starts[code] ?? 0) : previousStart;
      const length = known ? (lengths[code] ?? 0) : previousLength + 1;
      const end = Math.min(lengthBytes, written + length);
      // Byte by byte: a string may reach into what it is just writing.
      for (let source = from; written < end; source++) out[written++] = out[source] ?? 0;
    }
    if (previousStart >= 0 && next < TABLE) {
      // The previous string and the first byte behind it, which is where the new string begins.
      starts[next] = previousStart;
      lengths[next] = previousLength + 1;
      next++;
    }
    previousStart = start;
    previousLength = written - start;
    if (next >= (1 << width) - 1 && width < 12) width++;
  }
  return out;
}

function damaged(reason: string): AppError {
  return new AppError('DOCUMENT_DAMAGED', { format: 'LZW', reason });
}
