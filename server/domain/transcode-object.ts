import { encodeHead, joined, UNDEFINED_LENGTH } from '#shared/dicom/deidentification/output-element.ts';
import type { DicomHeader } from '#shared/dicom/header.ts';
import { TAG } from '#shared/dicom/tag.ts';
import { OUTPUT, reversedWords, transcodedHead } from '#shared/dicom/transcoded-head.ts';
import { keepsCells, nativeFrameLength, type PixelFormat, transcodedFormat } from '#shared/dicom/transcoding.ts';
import { EXPLICIT_LITTLE_ENDIAN, transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';
import { AppError } from '#shared/errors.ts';
import { closingChunks } from './closing-chunks.ts';
import type { HeaderReader } from './deidentification-ports.ts';
import type { DerivedFrames } from './derived-frames.ts';
import type { FoundInstance } from './frame-directory.ts';
import type { InstanceFrames, RangeRead } from './image-ports.ts';
import type { BlobStore } from './ports.ts';
import { storedFrame } from './read-frames.ts';

export interface TranscodeNeeds {
  readonly blobs: BlobStore;
  readonly headers: HeaderReader;
  readonly derived: DerivedFrames;
}

/** Structurally an OutgoingObject. */
interface TranscodedObject {
  readonly transferSyntaxUid: string;
  readonly sizeBytes: number | null;
  readonly chunks: AsyncGenerator<Uint8Array, void>;
}

/** A multiple of 8, the longest word whose bytes change their order. */
const CHUNK_BYTES = 256 * 1024;
const LARGEST_LENGTH = 0xfffffffe;
const FIRST_OVERLAY_POSITION = 0x60000102;
const FIRST_OVERLAY_DATA = 0x60003000;
const ITEM = 0xfffee000;
const SEQUENCE_END = 0xfffee0dd;
const IN_ITEM = { explicitVr: false, littleEndian: true };

/**
 * The object in another transfer syntax, under the same SOP Instance UID since nothing of the image is lost (PS3.3
 * C.7.6.1.1.5 asks for a new one after lossy compression only). Header and first frame are made before this resolves.
 * What stands behind the pixel data (padding, signatures over what was) is left out.
 * @throws AppError FRAME_NOT_ENCODABLE, FRAME_UNDECODABLE, BLOB_MISSING, as reading a header does
 */
export async function transcodedObject(
  needs: TranscodeNeeds,
  found: FoundInstance,
  targetUid: string,
  signal: AbortSignal,
): Promise<TranscodedObject> {
  const { frames, sopClassUid, sopInstanceUid } = found;
  const blob = await needs.blobs.open(found.sha256, signal);
  try {
    const stored: RangeRead = (offset, length) => blob.read(offset, length, signal);
    const { header, inflated } = await needs.headers.read(stored, blob.sizeBytes, signal);
    const read: RangeRead = inflated === null ? stored : async (at, length) => inflated.subarray(at, at + length);
    const native = frames === null || !transferSyntaxOf(found.transferSyntaxUid).encapsulated;
    const plain = native && targetUid === EXPLICIT_LITTLE_ENDIAN;
    const made = plain || !frames?.format ? null : transcodedFormat(frames.format, frames.transferSyntaxUid, targetUid);
    if (made !== null) refuseHiddenOverlays(header, found.transferSyntaxUid, targetUid);
    const head = await transcodedHead(header, read, {
      sopClassUid,
      sopInstanceUid,
      transferSyntaxUid: targetUid,
      made,
    });
    const rest =
      made === null || frames === null
        ? plainPixels(header, read, frames?.format ?? null, signal)
        : await codedPixels(needs, { ...found, frames }, targetUid, made, signal);
    async function* chunks(): AsyncGenerator<Uint8Array, void> {
      yield head;
      yield* rest.chunks;
    }
    const sizeBytes = rest.sizeBytes === null ? null : head.byteLength + rest.sizeBytes;
    return { transferSyntaxUid: targetUid, sizeBytes, chunks: closingChunks(chunks(), () => blob.close()) };
  } catch (error) {
    await blob.close();
    throw error;
  }
}

/** Overlays in unused bits of the pixels (retired, PS3.3 C.9.2) would be lost in a coding of the stored bits alone. */
function refuseHiddenOverlays({ dataset }: DicomHeader, storedUid: string, targetUid: string): void {
  if (targetUid === EXPLICIT_LITTLE_ENDIAN && keepsCells(storedUid)) return;
  for (let group = 0; group < 0x20; group += 2) {
    const at = group * 0x10000;
    if ((dataset.number(FIRST_OVERLAY_POSITION + at) ?? 0) > 0 && !dataset.has(FIRST_OVERLAY_DATA + at)) {
      const reason = 'an overlay lies in bits beside the stored ones';
      throw new AppError('FRAME_NOT_ENCODABLE', { frame: 1, uid: targetUid, reason });
    }
  }
}

interface Pixels {
  /** Null when it shows while they are made. */
  readonly sizeBytes: number | null;
  readonly chunks: AsyncGenerator<Uint8Array, void>;
}

/** Uncompressed pixels as they are, in little endian (PS3.5 annexes A.2 and D). */
function plainPixels(
  { pixelData, dataset, transferSyntaxUid }: DicomHeader,
  read: RangeRead,
  format: PixelFormat | null,
  signal: AbortSignal,
): Pixels {
  if (pixelData?.lengthBytes === undefined) return { sizeBytes: 0, chunks: none() };
  const { offsetBytes, lengthBytes: length } = pixelData;
  const bits = format?.bitsAllocated ?? dataset.number(TAG.BitsAllocated) ?? 8;
  const vr = pixelData.tag === TAG.PixelData ? (bits > 8 ? 'OW' : 'OB') : pixelData.vr;
  const wordBytes = transferSyntaxOf(transferSyntaxUid).littleEndian ? 1 : storedWord(pixelData.vr, bits);
  const padded = length + (length % 2);
  const head = encodeHead(pixelData.tag, vr, padded, OUTPUT);
  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    yield head;
    for (let at = 0; at < length; at += CHUNK_BYTES) {
      signal.throwIfAborted();
      const wanted = Math.min(CHUNK_BYTES, length - at);
      const bytes = await read(offsetBytes + at, wanted);
      yield wordBytes === 1 ? bytes : reversedWords(bytes, wordBytes);
      // The length stands in the head already: what a short file lacks are zeros.
      if (bytes.byteLength < wanted) yield new Uint8Array(wanted - bytes.byteLength);
    }
    if (padded > length) yield new Uint8Array(1);
  }
  return { sizeBytes: head.byteLength + padded, chunks: chunks() };
}

/** Bytes of the words in a big-endian file: 8-bit samples lie in words of 16 bits when the VR is OW (PS3.5 section 8.2). */
function storedWord(vr: string, bitsAllocated: number): number {
  return bitsAllocated <= 8 ? (vr === 'OW' ? 2 : 1) : bitsAllocated / 8;
}

async function* none(): AsyncGenerator<Uint8Array, void> {}

/** Frame after frame in the target syntax: uncompressed ones one behind the other, coded ones a fragment each. */
async function codedPixels(
  { derived, blobs }: TranscodeNeeds,
  found: FoundInstance & { readonly frames: InstanceFrames },
  targetUid: string,
  made: PixelFormat,
  signal: AbortSignal,
): Promise<Pixels> {
  const { frames } = found;
  const frame = (number: number): Promise<Uint8Array> =>
    derived.read(found, number, targetUid, (reading) => storedFrame(blobs, found, frames, number, reading), signal);
  const native = targetUid === EXPLICIT_LITTLE_ENDIAN;
  const length = frames.count * nativeFrameLength(made);
  if (native && length > LARGEST_LENGTH) {
    const reason = `its ${length} bytes are more than an element can have`;
    throw new AppError('FRAME_NOT_ENCODABLE', { frame: 1, uid: targetUid, reason });
  }
  const first = await frame(1);
  async function* each(): AsyncGenerator<Uint8Array, void> {
    yield first;
    for (let number = 2; number <= frames.count; number++) yield await frame(number);
  }
  return native ? nativePixels(each(), length, made.pixelVr) : fragments(each());
}

function nativePixels(frames: AsyncGenerator<Uint8Array, void>, length: number, vr: string): Pixels {
  const padded = length + (length % 2);
  const head = encodeHead(TAG.PixelData, vr, padded, OUTPUT);
  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    yield head;
    yield* frames;
    if (padded > length) yield new Uint8Array(1);
  }
  return { sizeBytes: head.byteLength + padded, chunks: chunks() };
}

/** An empty offset table and one fragment a frame (PS3.5 annex A.4): the places of frames need not be known before. */
function fragments(frames: AsyncGenerator<Uint8Array, void>): Pixels {
  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    yield joined([encodeHead(TAG.PixelData, 'OB', UNDEFINED_LENGTH, OUTPUT), encodeHead(ITEM, '', 0, IN_ITEM)]);
    for await (const bytes of frames) {
      const odd = bytes.byteLength % 2;
      yield encodeHead(ITEM, '', bytes.byteLength + odd, IN_ITEM);
      yield bytes;
      if (odd === 1) yield new Uint8Array(1);
    }
    yield encodeHead(SEQUENCE_END, '', 0, IN_ITEM);
  }
  return { sizeBytes: null, chunks: chunks() };
}
