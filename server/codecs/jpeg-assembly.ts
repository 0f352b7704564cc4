/**
 * Makes a complete JPEG out of the abbreviated streams a TIFF stores (TIFF Technical Note 2; T.81 B.4, B.5) without
 * touching the compressed pixels: SOI, Adobe APP14, tables, then the tile without its SOI.
 *
 * APP14 is mandatory with three components: without it decoders guess the colour model and guess differently, and the
 * RGB tiles of Aperio come out in grossly wrong colours.
 */

import { AppError } from '#shared/errors.ts';
import { isMetadataMarker, type JpegFrame, type JpegHeader, MARKER, parseJpegHeader } from './jpeg.ts';

/** Adobe's colour transform flag: 0 the samples are RGB, 1 they are YCbCr; null for grey, which needs no marker. */
export type ColourTransform = 0 | 1 | null;

const SOI = Uint8Array.of(0xff, MARKER.soi);

/**
 * The colour transform of a frame whose container says `ycbcr` or not. The YCbCrSubSampling tag of TIFF is not asked:
 * Aperio writes a wrong one. A frame with subsampled components is YCbCr whatever the container says, because nobody
 * subsamples green. Errors: DOCUMENT_DAMAGED for anything but 1 or 3 components.
 */
export function colourTransform(frame: JpegFrame, ycbcr: boolean): ColourTransform {
  if (frame.components.length === 1) return null;
  if (frame.components.length !== 3) throw damaged(`it has ${frame.components.length} components`);
  const [first, ...others] = frame.components;
  const subsampled = others.some((one) => one.horizontal !== first?.horizontal || one.vertical !== first?.vertical);
  return ycbcr || subsampled ? 1 : 0;
}

/**
 * Everything that stands before a tile: SOI, APP14 and the tables without their own SOI, EOI and metadata.
 * Errors: DOCUMENT_DAMAGED for damaged tables.
 */
export function jpegPrefix(parts: {
  readonly transform: ColourTransform;
  readonly tables: Uint8Array | null;
}): Uint8Array {
  const pieces: Uint8Array[] = [SOI];
  if (parts.transform !== null) pieces.push(adobeSegment(parts.transform));
  if (parts.tables !== null) {
    for (const segment of parseJpegHeader(parts.tables).segments) {
      if (!isMetadataMarker(segment.marker)) pieces.push(parts.tables.subarray(segment.start, segment.end));
    }
  }
  return Buffer.concat(pieces);
}

/**
 * The complete JPEG of a stored tile. Metadata segments of the tile itself are left out: an Exif orientation or a second
 * Adobe marker would change what is shown. Errors: DOCUMENT_DAMAGED when the tile is not a JPEG of `width` × `height`
 * px with 8 bits in a process that browsers decode.
 */
export function assembleJpegTile(
  prefix: Uint8Array,
  tile: Uint8Array,
  size: { readonly width: number; readonly height: number },
): Uint8Array {
  const header = parseJpegHeader(tile);
  checkFrame(header, size);
  if (!header.segments.some((segment) => isMetadataMarker(segment.marker))) {
    const whole = Buffer.allocUnsafe(prefix.length + tile.length - 2);
    whole.set(prefix, 0);
    whole.set(tile.subarray(2), prefix.length);
    return whole;
  }
  const kept = header.segments
    .filter((segment) => !isMetadataMarker(segment.marker))
    .map((segment) => tile.subarray(segment.start, segment.end));
  return Buffer.concat([prefix, ...kept, tile.subarray(header.end)]);
}

/** The frame of a tile, checked as `assembleJpegTile` does. */
export function jpegTileFrame(tile: Uint8Array, size: { readonly width: number; readonly height: number }): JpegFrame {
  return checkFrame(parseJpegHeader(tile), size);
}

function checkFrame(header: JpegHeader, size: { readonly width: number; readonly height: number }): JpegFrame {
  const { frame } = header;
  if (frame === null || !header.hasScan) throw damaged('it has no picture');
  if (frame.process > 2 || frame.precision !== 8) {
    throw damaged(`process SOF${frame.process} with ${frame.precision} bits is not supported`);
  }
  if (frame.width !== size.width || frame.height !== size.height) {
    throw damaged(`it has ${frame.width} × ${frame.height} px instead of ${size.width} × ${size.height}`);
  }
  return frame;
}

function adobeSegment(transform: 0 | 1): Uint8Array {
  return Uint8Array.of(0xff, MARKER.app14, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, transform);
}

function damaged(reason: string): AppError {
  return new AppError('DOCUMENT_DAMAGED', { format: 'JPEG', reason });
}
