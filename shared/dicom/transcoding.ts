/** Which other transfer syntaxes an image can be sent in without changing what it shows, and what its header then says. */
import type { ImageDescription } from './image-description.ts';
import { EXPLICIT_LITTLE_ENDIAN, type PixelCoding, transferSyntaxOf } from './transfer-syntax.ts';

/** What coding and decoding a frame needs to know of the image. */
export type PixelFormat = Pick<
  ImageDescription,
  | 'rows'
  | 'columns'
  | 'numberOfFrames'
  | 'samplesPerPixel'
  | 'photometricInterpretation'
  | 'planarConfiguration'
  | 'bitsAllocated'
  | 'bitsStored'
  | 'highBit'
  | 'signed'
  | 'floatingPoint'
  | 'pixelVr'
>;

/** The members of `PixelFormat` alone, without the tables and frame lists of a description. */
export function pixelFormatOf(image: ImageDescription): PixelFormat {
  const { rows, columns, numberOfFrames, samplesPerPixel, photometricInterpretation, planarConfiguration } = image;
  const { bitsAllocated, bitsStored, highBit, signed, floatingPoint, pixelVr } = image;
  return {
    ...{ rows, columns, numberOfFrames, samplesPerPixel, photometricInterpretation, planarConfiguration },
    ...{ bitsAllocated, bitsStored, highBit, signed, floatingPoint, pixelVr },
  };
}

export const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';
export const JPEG_LS_LOSSLESS = '1.2.840.10008.1.2.4.80';
export const HTJ2K_LOSSLESS = '1.2.840.10008.1.2.4.201';
export const HTJ2K_LOSSLESS_RPCL = '1.2.840.10008.1.2.4.202';

/** A transfer syntax that is made when asked for. */
export interface FrameTarget {
  readonly transferSyntaxUid: string;
  /** Of one frame by itself (PS3.18 tables 8.7.3-4 and 8.7.3-5). */
  readonly mediaType: string;
  /** Loses bits: for single frames only, and only for those who name it. */
  readonly lossy: boolean;
}

const TARGETS: readonly (FrameTarget & {
  fits(format: PixelFormat, storedUid: string): boolean;
})[] = [
  {
    ...{ transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN, mediaType: 'application/octet-stream', lossy: false },
    fits: (format, storedUid) => transferSyntaxOf(storedUid).encapsulated && fitsNative(format),
  },
  // A stream with the constraints of RPCL is a lossless HTJ2K stream as well (PS3.5 section 10.18).
  { transferSyntaxUid: HTJ2K_LOSSLESS_RPCL, mediaType: 'image/jphc', lossy: false, fits: fitsHtj2k },
  { transferSyntaxUid: HTJ2K_LOSSLESS, mediaType: 'image/jphc', lossy: false, fits: fitsHtj2k },
  {
    ...{ transferSyntaxUid: JPEG_LS_LOSSLESS, mediaType: 'image/jls', lossy: false },
    // ISO 14495-1 table C.1: 2 to 16 bits.
    fits: (format, storedUid) => format.bitsStored >= 2 && fitsLossless(format, storedUid),
  },
  {
    ...{ transferSyntaxUid: JPEG_BASELINE, mediaType: 'image/jpeg', lossy: true },
    fits: (format, storedUid) =>
      format.bitsAllocated === 8 &&
      format.bitsStored === 8 &&
      !format.signed &&
      /^(MONOCHROME[12]|RGB)$/.test(decodedPhotometric(format, storedUid)),
  },
];

/** The transfer syntaxes besides the stored one; none for frames that cannot be decoded here. */
export function targetsOf(format: PixelFormat, storedUid: string, decodable: boolean): FrameTarget[] {
  if (!decodable || format.rows > 0xffff || format.columns > 0xffff) return [];
  return TARGETS.filter((target) => target.transferSyntaxUid !== storedUid && target.fits(format, storedUid)).map(
    ({ transferSyntaxUid, mediaType, lossy }) => ({ transferSyntaxUid, mediaType, lossy }),
  );
}

/** Bytes of one uncompressed frame. */
export function nativeFrameLength(format: PixelFormat): number {
  return Math.ceil((format.rows * format.columns * format.samplesPerPixel * format.bitsAllocated) / 8);
}

/** Whole bytes a frame: frames of bit-packed images may otherwise share one. */
function fitsNative(format: PixelFormat): boolean {
  if (format.bitsAllocated === 1) {
    return format.samplesPerPixel === 1 && (format.numberOfFrames === 1 || (format.rows * format.columns) % 8 === 0);
  }
  return [8, 16, 32, 64].includes(format.bitsAllocated);
}

/** What the lossless codecs hold exactly: grey or palette up to 16 bits, colour with 8. */
function fitsLossless(format: PixelFormat, storedUid: string): boolean {
  const { bitsAllocated, bitsStored, samplesPerPixel, signed, floatingPoint } = format;
  if (floatingPoint || (bitsAllocated !== 8 && bitsAllocated !== 16) || bitsStored > bitsAllocated) return false;
  const photometric = decodedPhotometric(format, storedUid);
  if (samplesPerPixel === 1) return /^(MONOCHROME[12]|PALETTE COLOR)$/.test(photometric);
  return (
    samplesPerPixel === 3 && bitsAllocated === 8 && bitsStored === 8 && !signed && /^(RGB|YBR_FULL)$/.test(photometric)
  );
}

/**
 * Colour is coded with the reversible transform, which starts from RGB (ISO 15444-1 annex G.2). Signed samples of one
 * byte are left out: the coder and the decoder that proves its work do not agree on them.
 */
function fitsHtj2k(format: PixelFormat, storedUid: string): boolean {
  if (format.signed && format.bitsStored <= 8) return false;
  return fitsLossless(format, storedUid) && decodedPhotometric(format, storedUid) !== 'YBR_FULL';
}

/** Codings that carry a colour transform of their own, which decoding undoes (PS3.5 section 8.2). */
const TRANSFORMING: ReadonlySet<PixelCoding> = new Set(['jpeg-8', 'jpeg-12', 'jpeg-2000', 'htj2k', 'jpeg-xl']);

/** Photometric Interpretation of a decoded frame. */
export function decodedPhotometric(
  format: Pick<PixelFormat, 'photometricInterpretation' | 'samplesPerPixel'>,
  storedUid: string,
): string {
  const { photometricInterpretation: stored, samplesPerPixel } = format;
  if (samplesPerPixel !== 3 || !/^(YBR|XYB)/.test(stored)) return stored;
  const { coding } = transferSyntaxOf(storedUid);
  if (TRANSFORMING.has(coding)) return 'RGB';
  // Halved colour samples of an uncompressed frame are brought to full size (PS3.3 C.7.6.3.1.2).
  const plain = coding === 'native' || coding === 'deflated-frames';
  return plain && stored.endsWith('_422') ? stored.slice(0, -'_422'.length) : stored;
}

/** The format of a frame in `targetUid`, which the header of a transcoded object states. */
export function transcodedFormat(format: PixelFormat, storedUid: string, targetUid: string): PixelFormat {
  const native = targetUid === EXPLICIT_LITTLE_ENDIAN;
  const made: PixelFormat = {
    ...format,
    photometricInterpretation: codedPhotometric(format, storedUid, targetUid),
    // Who asks for frames has read in the metadata how the planes of uncompressed ones lie.
    planarConfiguration: native ? format.planarConfiguration : 0,
    pixelVr: native && format.bitsAllocated > 8 ? 'OW' : 'OB',
  };
  // Codecs hold the stored bits alone, in the low ones.
  return native && keepsCells(storedUid) ? made : { ...made, highBit: format.bitsStored - 1 };
}

/** The reversible colour transform is part of HTJ2K streams of ours (PS3.5 section 8.2.4). */
function codedPhotometric(format: PixelFormat, storedUid: string, targetUid: string): string {
  const decoded = decodedPhotometric(format, storedUid);
  return transferSyntaxOf(targetUid).coding === 'htj2k' && format.samplesPerPixel === 3 ? 'YBR_RCT' : decoded;
}

/** Codings that store the allocated bits whole, also those around the stored ones, where old files keep overlays. */
export function keepsCells(storedUid: string): boolean {
  const { coding } = transferSyntaxOf(storedUid);
  return coding === 'native' || coding === 'rle' || coding === 'deflated-frames';
}
