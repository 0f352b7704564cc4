/**
 * Grey pictures as GIF89a with a palette of all 256 greys, so that not one level is lost. The encoder of the image
 * library makes up palettes by clustering, which merges levels and takes several times as long.
 */

export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  /** One byte a pixel, row by row. */
  readonly data: Uint8Array;
}

const CODE_BITS = 8;
const CLEAR = 256;
const END = 257;
const MOST_CODES = 4096;
const MAX_BLOCK = 255;

/** Pictures of one size; `delays` in hundredths of a second. More than one picture starts over at its end. */
export function encodeGreyGif(pictures: readonly GreyPicture[], delays: readonly number[]): Uint8Array {
  const [first] = pictures;
  if (first === undefined) throw new Error('a GIF needs a picture');
  const { width, height } = first;
  const palette = Buffer.from(Array.from({ length: 256 * 3 }, (_, at) => Math.floor(at / 3)));
  const parts: Uint8Array[] = [Buffer.from('GIF89a'), words(width, height), Buffer.from([0xf7, 0, 0]), palette];
  if (pictures.length > 1) parts.push(Buffer.from('\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00', 'latin1'));
  pictures.forEach(({ data }, at) => {
    // Each picture covers the whole of the one before (section 23, disposal 1).
    parts.push(Buffer.from([0x21, 0xf9, 4, 4]), words(delays[at] ?? 0), Buffer.from([0, 0]));
    parts.push(Buffer.from([0x2c]), words(0, 0, width, height), Buffer.from([0, CODE_BITS]), compress(data));
  });
  parts.push(Buffer.from([0x3b]));
  return Buffer.concat(parts);
}

function words(...values: number[]): Uint8Array {
  return Buffer.from(Uint16Array.from(values).buffer);
}

/** Variable-length LZW in blocks (GIF89a appendix F). */
function compress(pixels: Uint8Array): Uint8Array {
  // Each code is followed by at most one byte that was seen behind it: where that led, or 0.
  const next = new Uint16Array(MOST_CODES * 256);
  // Twelve bits a pixel at worst, and a length byte for each block.
  const out = new Uint8Array(Math.ceil(pixels.length * 1.6) + 1024);
  let end = 0;
  let blockAt = 0;
  let held = 0;
  let heldBits = 0;
  const writeByte = (byte: number) => {
    if (end === blockAt || end - blockAt > MAX_BLOCK) {
      blockAt = end;
      end += 1;
    }
    out[end] = byte;
    end += 1;
    out[blockAt] = end - blockAt - 1;
  };
  let bits = CODE_BITS + 1;
  const write = (code: number) => {
    held |= code << heldBits;
    heldBits += bits;
    while (heldBits >= 8) {
      writeByte(held & 0xff);
      held >>>= 8;
      heldBits -= 8;
    }
  };

  let free = END + 1;
  write(CLEAR);
  let prefix = pixels[0] ?? 0;
  for (let at = 1; at < pixels.length; at++) {
    const pixel = pixels[at] ?? 0;
    const place = (prefix << 8) | pixel;
    const known = next[place] ?? 0;
    if (known !== 0) {
      prefix = known;
      continue;
    }
    write(prefix);
    if (free < MOST_CODES) {
      next[place] = free;
      if (free === 1 << bits) bits += 1;
      free += 1;
    } else {
      write(CLEAR);
      next.fill(0);
      free = END + 1;
      bits = CODE_BITS + 1;
    }
    prefix = pixel;
  }
  write(prefix);
  write(END);
  if (heldBits > 0) writeByte(held & 0xff);
  out[end] = 0;
  return out.subarray(0, end + 1);
}
