/** Headers of JPEG streams that are put together from restart intervals of a larger one (T.81 B.2.4.4, E.1.4). */

import { AppError } from '#shared/errors.ts';
import { isMetadataMarker, MARKER, parseJpegHeader } from './jpeg.ts';
import { colourTransform, jpegPrefix } from './jpeg-assembly.ts';

export interface RestartHeader {
  /** Bytes from SOI to the first byte of entropy-coded data. */
  readonly lengthBytes: number;
  /** MCUs between restart markers; 0 when there are none. */
  readonly restartInterval: number;
  readonly mcuWidth: number;
  readonly mcuHeight: number;
  /** As the frame header says: 0 or wrong in pictures beyond 65,535 px. */
  readonly width: number;
  readonly height: number;
}

/** Reads the header of a baseline JPEG of one scan; `bytes` may end anywhere behind it. Errors: DOCUMENT_DAMAGED. */
export function readRestartHeader(bytes: Uint8Array): RestartHeader {
  const { frame, segments, end, hasScan } = parseJpegHeader(bytes);
  if (frame === null || !hasScan) throw damaged('it has no picture');
  if (frame.process > 1 || frame.precision !== 8) throw damaged(`process SOF${frame.process} has no restart intervals`);
  const scanLength = ((bytes[end + 2] ?? 0) << 8) | (bytes[end + 3] ?? 0);
  const count = bytes[end + 4] ?? 0;
  // Several scans would mean that an interval holds a part of the colours only.
  if (count !== frame.components.length) throw damaged('its components are in several scans');
  const dri = segments.find(({ marker }) => marker === MARKER.dri);
  const restartInterval = dri === undefined ? 0 : ((bytes[dri.start + 4] ?? 0) << 8) | (bytes[dri.start + 5] ?? 0);
  const single = frame.components.length === 1;
  return {
    lengthBytes: end + 2 + scanLength,
    restartInterval,
    mcuWidth: 8 * (single ? 1 : Math.max(1, ...frame.components.map(({ horizontal }) => horizontal))),
    mcuHeight: 8 * (single ? 1 : Math.max(1, ...frame.components.map(({ vertical }) => vertical))),
    width: frame.width,
    height: frame.height,
  };
}

/**
 * The header of a JPEG of another size made of the same intervals: tables and scan header as they are, size and restart
 * interval as given, without metadata and with the Adobe marker. Errors: DOCUMENT_DAMAGED.
 */
export function assembleHeader(
  header: Uint8Array,
  form: { readonly width: number; readonly height: number; readonly restartInterval: number; readonly ycbcr: boolean },
): Uint8Array {
  const { frame, segments, end } = parseJpegHeader(header);
  if (frame === null) throw damaged('it has no picture');
  const transform = colourTransform(frame, form.ycbcr);
  const pieces: Uint8Array[] = [jpegPrefix({ transform, tables: null })];
  for (const { marker, start, end: stop } of segments) {
    if (isMetadataMarker(marker) || marker === MARKER.dri) continue;
    const segment = Buffer.from(header.subarray(start, stop));
    if (marker === MARKER.sof0 + frame.process) {
      segment.writeUInt16BE(form.height, 5);
      segment.writeUInt16BE(form.width, 7);
    }
    pieces.push(segment);
  }
  pieces.push(Uint8Array.of(0xff, MARKER.dri, 0, 4, form.restartInterval >> 8, form.restartInterval & 0xff));
  pieces.push(header.subarray(end));
  return Buffer.concat(pieces);
}

function damaged(reason: string): AppError {
  return new AppError('DOCUMENT_DAMAGED', { format: 'JPEG', reason });
}
