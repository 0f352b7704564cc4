/** The transfer syntaxes we know by name (PS3.6 table A-1, PS3.5 annexes A and section 10). */

/** How pixel data is coded inside the frames. */
export type PixelCoding =
  | 'native'
  | 'rle'
  | 'jpeg-8'
  | 'jpeg-12'
  | 'jpeg-lossless'
  | 'jpeg-ls'
  | 'jpeg-2000'
  | 'htj2k'
  | 'jpeg-xl'
  | 'deflated-frames'
  | 'video'
  | 'other';

export interface TransferSyntax {
  readonly uid: string;
  readonly name: string;
  readonly explicitVr: boolean;
  readonly littleEndian: boolean;
  /** The whole data set is a raw deflate stream (PS3.5 A.5). */
  readonly deflated: boolean;
  /** Pixel data is a sequence of fragments (PS3.5 A.4). */
  readonly encapsulated: boolean;
  /** True when the coding always loses, false when it never does, null when the file alone tells. */
  readonly lossy: boolean | null;
  readonly coding: PixelCoding;
}

export const IMPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2';
export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
export const EXPLICIT_BIG_ENDIAN = '1.2.840.10008.1.2.2';
export const DEFLATED_LITTLE_ENDIAN = '1.2.840.10008.1.2.1.99';

function plain(uid: string, name: string, rest: Partial<TransferSyntax> = {}): TransferSyntax {
  return {
    uid,
    name,
    explicitVr: true,
    littleEndian: true,
    deflated: false,
    encapsulated: false,
    lossy: false,
    coding: 'native',
    ...rest,
  };
}

function packed(uid: string, name: string, coding: PixelCoding, lossy: boolean | null): TransferSyntax {
  return plain(`1.2.840.10008.1.2.${uid}`, name, { encapsulated: true, coding, lossy });
}

const ROWS: readonly TransferSyntax[] = [
  plain(IMPLICIT_LITTLE_ENDIAN, 'Implicit VR Little Endian', { explicitVr: false }),
  plain(EXPLICIT_LITTLE_ENDIAN, 'Explicit VR Little Endian'),
  plain(DEFLATED_LITTLE_ENDIAN, 'Deflated Explicit VR Little Endian', { deflated: true }),
  plain(EXPLICIT_BIG_ENDIAN, 'Explicit VR Big Endian', { littleEndian: false }),
  packed('1.98', 'Encapsulated Uncompressed Explicit VR Little Endian', 'native', false),
  packed('5', 'RLE Lossless', 'rle', false),
  packed('4.50', 'JPEG Baseline (Process 1)', 'jpeg-8', true),
  packed('4.51', 'JPEG Extended (Process 2 and 4)', 'jpeg-12', true),
  packed('4.53', 'JPEG Spectral Selection (Process 6 and 8)', 'jpeg-12', true),
  packed('4.55', 'JPEG Full Progression (Process 10 and 12)', 'jpeg-12', true),
  packed('4.57', 'JPEG Lossless (Process 14)', 'jpeg-lossless', false),
  packed('4.70', 'JPEG Lossless, First-Order Prediction', 'jpeg-lossless', false),
  packed('4.80', 'JPEG-LS Lossless', 'jpeg-ls', false),
  packed('4.81', 'JPEG-LS Near-Lossless', 'jpeg-ls', true),
  packed('4.90', 'JPEG 2000 (Lossless Only)', 'jpeg-2000', false),
  packed('4.91', 'JPEG 2000', 'jpeg-2000', null),
  packed('4.92', 'JPEG 2000 Part 2 Multi-component (Lossless Only)', 'jpeg-2000', false),
  packed('4.93', 'JPEG 2000 Part 2 Multi-component', 'jpeg-2000', null),
  packed('4.100', 'MPEG2 Main Profile / Main Level', 'video', true),
  packed('4.100.1', 'Fragmentable MPEG2 Main Profile / Main Level', 'video', true),
  packed('4.101', 'MPEG2 Main Profile / High Level', 'video', true),
  packed('4.101.1', 'Fragmentable MPEG2 Main Profile / High Level', 'video', true),
  packed('4.102', 'MPEG-4 AVC/H.264 High Profile / Level 4.1', 'video', true),
  packed('4.102.1', 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.1', 'video', true),
  packed('4.103', 'MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1', 'video', true),
  packed('4.104', 'MPEG-4 AVC/H.264 High Profile / Level 4.2 for 2D Video', 'video', true),
  packed('4.105', 'MPEG-4 AVC/H.264 High Profile / Level 4.2 for 3D Video', 'video', true),
  packed('4.106', 'MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2', 'video', true),
  packed('4.107', 'HEVC/H.265 Main Profile / Level 5.1', 'video', true),
  packed('4.108', 'HEVC/H.265 Main 10 Profile / Level 5.1', 'video', true),
  packed('4.110', 'JPEG XL Lossless', 'jpeg-xl', false),
  packed('4.111', 'JPEG XL JPEG Recompression', 'jpeg-xl', true),
  packed('4.112', 'JPEG XL', 'jpeg-xl', null),
  packed('4.201', 'High-Throughput JPEG 2000 (Lossless Only)', 'htj2k', false),
  packed('4.202', 'High-Throughput JPEG 2000 with RPCL Options (Lossless Only)', 'htj2k', false),
  packed('4.203', 'High-Throughput JPEG 2000', 'htj2k', null),
  packed('8.1', 'Deflated Image Frame Compression', 'deflated-frames', false),
];

const BY_UID: ReadonlyMap<string, TransferSyntax> = new Map(ROWS.map((row) => [row.uid, row]));

/** The row of a transfer syntax, or undefined for one that is private or newer than this table. */
export function findTransferSyntax(uid: string): TransferSyntax | undefined {
  return BY_UID.get(uid);
}

/**
 * How to read a data set of this transfer syntax. One that is not in the table is read as Explicit VR Little
 * Endian with encapsulated pixels, the only form PS3.5 section 10 allows to new ones.
 */
export function transferSyntaxOf(uid: string): TransferSyntax {
  return BY_UID.get(uid) ?? plain(uid, 'unknown transfer syntax', { encapsulated: true, coding: 'other', lossy: null });
}
