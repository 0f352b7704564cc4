/** What a compressed frame is, by its own markers: the transfer syntax it can be stored with. */

const SYNTAX = '1.2.840.10008.1.2';
/** Media types of compressed pixel data and the transfer syntax they mean when nothing else is said (PS3.18 8.7.3.3.2). */
const DEFAULTS: Readonly<Record<string, string>> = {
  'image/jpeg': `${SYNTAX}.4.70`,
  'image/jls': `${SYNTAX}.4.80`,
  'image/jp2': `${SYNTAX}.4.90`,
  'image/jpx': `${SYNTAX}.4.92`,
  'image/jphc': `${SYNTAX}.4.201`,
  'image/jxl': `${SYNTAX}.4.110`,
  'image/dicom-rle': `${SYNTAX}.5`,
  'video/mpeg2': `${SYNTAX}.4.100`,
  'video/mpeg': `${SYNTAX}.4.100`,
  'video/mp4': `${SYNTAX}.4.102`,
  'video/h265': `${SYNTAX}.4.107`,
};
/** Transfer syntaxes a media type may carry. */
const FAMILIES: Readonly<Record<string, RegExp>> = {
  'image/jpeg': /^4\.(50|51|53|55|57|70)$/,
  'image/jls': /^4\.(80|81)$/,
  'image/jp2': /^4\.(90|91)$/,
  'image/jpx': /^4\.(92|93)$/,
  'image/jphc': /^4\.20[123]$/,
  'image/jxl': /^4\.11[012]$/,
  'image/dicom-rle': /^5$/,
  'video/mpeg2': /^4\.10[01](\.1)?$/,
  'video/mpeg': /^4\.10[01](\.1)?$/,
  'video/mp4': /^4\.10[2-68](\.1)?$/,
  'video/h265': /^4\.10[78]$/,
};

/** True for a media type of compressed pixel data. */
export function isCodedMediaType(mediaType: string): boolean {
  return mediaType in DEFAULTS;
}

/**
 * The transfer syntax of a frame from its first bytes and what was declared; null when they contradict each other.
 * `declared` is the parameter transfer-syntax of its media type, or null.
 */
export function codedTransferSyntax(mediaType: string, declared: string | null, head: Uint8Array): string | null {
  const family = FAMILIES[mediaType];
  if (declared !== null && !(family?.test(declared.slice(SYNTAX.length + 1)) && declared.startsWith(`${SYNTAX}.`))) {
    return null;
  }
  const found = sniff(mediaType, head.subarray(codestreamOffset(head)));
  if (found === null || found.size === 0) return found === null ? null : (declared ?? DEFAULTS[mediaType] ?? null);
  if (declared !== null) return found.has(declared) ? declared : null;
  const [first] = found;
  return first ?? null;
}

/** Where the code stream starts: a JP2 file has boxes before it, which have no place in DICOM (PS3.5 A.4.4). */
export function codestreamOffset(head: Uint8Array): number {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < 12 || view.getUint32(0) !== 12 || view.getUint32(4) !== 0x6a502020) return 0;
  for (let at = 0; at + 8 <= head.length; ) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === 0x6a703263) return at + (length === 1 ? 16 : 8);
    if (length < 8) return 0;
    at += length;
  }
  return 0;
}

/** Transfer syntaxes the stream can be, the likeliest first; empty when it does not tell, null when it is no such stream. */
function sniff(mediaType: string, stream: Uint8Array): ReadonlySet<string> | null {
  const of = (...endings: string[]) => new Set(endings.map((ending) => `${SYNTAX}.${ending}`));
  if (mediaType === 'image/jpeg' || mediaType === 'image/jls') {
    if (stream[0] !== 0xff || stream[1] !== 0xd8) return null;
    const { frame, near, predictor } = jpegMarkers(stream);
    if (frame === null) return new Set();
    if (mediaType === 'image/jls') return frame === 0xf7 ? (near > 0 ? of('4.81') : of('4.80', '4.81')) : null;
    if (frame === 0xc0) return of('4.50', '4.51');
    if (frame === 0xc1) return of('4.51');
    if (frame === 0xc2) return of('4.55', '4.53');
    if (frame === 0xc3) return predictor === 1 ? of('4.70', '4.57') : of('4.57');
    return null;
  }
  if (mediaType === 'image/jp2' || mediaType === 'image/jphc') {
    if (stream[0] !== 0xff || stream[1] !== 0x4f) return null;
    const reversible = isReversible(stream);
    if (reversible === null) return new Set();
    if (mediaType === 'image/jp2') return reversible ? of('4.90', '4.91') : of('4.91');
    return reversible ? of('4.201', '4.202', '4.203') : of('4.203');
  }
  return new Set();
}

/** The SOF marker, and of the scan the predictor of lossless JPEG and NEAR of JPEG-LS (they are the same byte). */
function jpegMarkers(stream: Uint8Array): { frame: number | null; near: number; predictor: number } {
  let frame: number | null = null;
  for (let at = 2; at + 4 <= stream.length; ) {
    if (stream[at] !== 0xff) break;
    const marker = stream[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xf7 || (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))) frame = marker;
    if (marker === 0xda) {
      const selection = stream[at + 5 + 2 * (stream[at + 4] ?? 0)] ?? 0;
      return { frame, near: selection, predictor: selection };
    }
    at += 2 + ((stream[at + 2] ?? 0) << 8) + (stream[at + 3] ?? 0);
  }
  // Without a scan header the predictor is not known; nothing is claimed then.
  return { frame: frame === 0xc3 || frame === 0xf7 ? null : frame, near: 0, predictor: 0 };
}

/** The wavelet of the COD segment (ISO/IEC 15444-1 A.6.1): 1 is the reversible one. */
function isReversible(stream: Uint8Array): boolean | null {
  for (let at = 2; at + 14 <= stream.length; ) {
    if (stream[at] !== 0xff) return null;
    if (stream[at + 1] === 0x52) return stream[at + 13] === 1;
    at += 2 + ((stream[at + 2] ?? 0) << 8) + (stream[at + 3] ?? 0);
  }
  return null;
}
