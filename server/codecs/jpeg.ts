/** The marker segments of a JPEG stream (ITU-T T.81 Annex B), read without decoding a pixel. */

import { AppError } from '#shared/errors.ts';

export const MARKER = {
  sof0: 0xc0,
  sof2: 0xc2,
  dht: 0xc4,
  soi: 0xd8,
  eoi: 0xd9,
  sos: 0xda,
  dqt: 0xdb,
  dri: 0xdd,
  app0: 0xe0,
  app2: 0xe2,
  app14: 0xee,
  com: 0xfe,
} as const;

export interface JpegComponent {
  readonly id: number;
  readonly horizontal: number;
  readonly vertical: number;
}

/** What the frame header (SOFn, T.81 B.2.2) says. */
export interface JpegFrame {
  /** 0 baseline, 1 extended sequential, 2 progressive, 3 lossless … */
  readonly process: number;
  readonly precision: number;
  readonly width: number;
  readonly height: number;
  readonly components: readonly JpegComponent[];
}

export interface JpegSegment {
  readonly marker: number;
  /** Position of the 0xFF of the marker and position after the segment. */
  readonly start: number;
  readonly end: number;
}

export interface JpegHeader {
  readonly segments: readonly JpegSegment[];
  readonly frame: JpegFrame | null;
  /** Colour transform of an Adobe APP14 segment: 0 none, 1 YCbCr, 2 YCCK; null when there is none. */
  readonly adobeTransform: number | null;
  readonly hasJfif: boolean;
  /** Position of SOS or EOI, or the length when the stream ends before either. */
  readonly end: number;
  readonly hasScan: boolean;
}

/** The segments of one stream are few; a thousand are an attack. */
const MOST_SEGMENTS = 256;

/**
 * Reads the segments from SOI up to the first scan. Tables-only streams (T.81 B.5) have neither frame nor scan.
 * Errors: DOCUMENT_DAMAGED.
 */
export function parseJpegHeader(bytes: Uint8Array): JpegHeader {
  if (bytes[0] !== 0xff || bytes[1] !== MARKER.soi) throw damaged('it does not start with SOI');
  const segments: JpegSegment[] = [];
  let frame: JpegFrame | null = null;
  let adobeTransform: number | null = null;
  let hasJfif = false;
  let at = 2;
  while (at < bytes.length) {
    if (bytes[at] !== 0xff) throw damaged(`there is no marker at byte ${at}`);
    // Any marker may be preceded by fill bytes (B.1.1.2).
    let start = at;
    while (bytes[start + 1] === 0xff) start++;
    const marker = bytes[start + 1];
    if (marker === undefined) break;
    if (marker === MARKER.eoi || marker === MARKER.sos) {
      return { segments, frame, adobeTransform, hasJfif, end: start, hasScan: marker === MARKER.sos };
    }
    const length = ((bytes[start + 2] ?? 0) << 8) | (bytes[start + 3] ?? 0);
    const end = start + 2 + length;
    if (length < 2 || end > bytes.length) throw damaged(`the segment at byte ${start} is cut off`);
    if (segments.length === MOST_SEGMENTS) throw damaged('it has too many segments');
    segments.push({ marker, start, end });
    if (isFrameMarker(marker)) {
      if (frame !== null) throw damaged('it has two frame headers');
      frame = parseFrame(bytes, marker, start, length);
    } else if (marker === MARKER.app14 && length >= 14 && startsWith(bytes, start + 4, 'Adobe')) {
      adobeTransform = bytes[start + 15] ?? null;
    } else if (marker === MARKER.app0 && startsWith(bytes, start + 4, 'JFIF')) {
      hasJfif = true;
    }
    at = end;
  }
  return { segments, frame, adobeTransform, hasJfif, end: bytes.length, hasScan: false };
}

/** True for APPn and COM segments: they hold metadata, nothing the pixels need except the Adobe and ICC ones. */
export function isMetadataMarker(marker: number): boolean {
  return (marker >= 0xe0 && marker <= 0xef) || marker === MARKER.com;
}

/** SOF0 to SOF15 without DHT, JPG and DAC, which share the range. */
function isFrameMarker(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function parseFrame(bytes: Uint8Array, marker: number, start: number, length: number): JpegFrame {
  const count = bytes[start + 9] ?? 0;
  if (length !== 8 + 3 * count || count === 0) throw damaged('the frame header has a wrong length');
  const components: JpegComponent[] = [];
  for (let index = 0; index < count; index++) {
    const at = start + 10 + index * 3;
    const sampling = bytes[at + 1] ?? 0;
    components.push({ id: bytes[at] ?? 0, horizontal: sampling >> 4, vertical: sampling & 15 });
  }
  return {
    process: marker - MARKER.sof0,
    precision: bytes[start + 4] ?? 0,
    height: ((bytes[start + 5] ?? 0) << 8) | (bytes[start + 6] ?? 0),
    width: ((bytes[start + 7] ?? 0) << 8) | (bytes[start + 8] ?? 0),
    components,
  };
}

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

function damaged(reason: string): AppError {
  return new AppError('DOCUMENT_DAMAGED', { format: 'JPEG', reason });
}
