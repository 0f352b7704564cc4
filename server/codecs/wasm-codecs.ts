/**
 * JPEG-LS (CharLS), JPEG 2000 (OpenJPEG), HTJ2K (OpenJPH) and JPEG XL (libjxl) as WebAssembly, loaded when first needed.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { jpeg2000Size, jpegLsSize, jpegXlSize } from './coded-size.ts';
import { checkSize, type FrameFormat, UndecodableFrame } from './stored-pixels.ts';

/** What the decoders have in common. */
interface WasmDecoder {
  getEncodedBuffer(lengthBytes: number): Uint8Array;
  readHeader?(): void;
  decode(): void;
  getFrameInfo(): {
    readonly width: number;
    readonly height: number;
    readonly bitsPerSample: number;
    readonly componentCount: number;
    readonly isSigned?: boolean;
  };
  getDecodedBuffer(): Uint8Array;
  /** JPEG-LS: 0 planes, 1 lines, 2 samples. */
  getInterleaveMode?(): number;
  delete(): void;
}

type Instance = Readonly<Record<string, new () => WasmDecoder>>;
type Factory = (options: { print: () => void; printErr: () => void; wasmBinary?: Uint8Array }) => Promise<Instance>;

export interface WasmFrame {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly bitsPerSample: number;
  readonly signed: boolean;
  /** Little-endian samples, copied out of the codec's memory. */
  readonly bytes: Uint8Array;
  readonly planar: boolean;
}

// The packages are CommonJS and find their .wasm file beside themselves only when they are required.
const require = createRequire(import.meta.url);
const JPEG_XL = '@cornerstonejs/codec-libjxl/decodewasmjs';
const instances = new Map<string, Promise<Instance>>();

function instanceOf(module: string): Promise<Instance> {
  let instance = instances.get(module);
  if (!instance) {
    instance = load(module);
    instances.set(module, instance);
  }
  return instance;
}

async function load(module: string): Promise<Instance> {
  const silent = { print: () => {}, printErr: () => {} };
  if (module !== JPEG_XL) return (require(module) as Factory)(silent);
  // This package is an ES module for browsers: on its own it would fetch its .wasm file from an address.
  const { default: factory } = (await import(JPEG_XL)) as { readonly default: Factory };
  return factory({ ...silent, wasmBinary: await readFile(require.resolve('@cornerstonejs/codec-libjxl/decodewasm')) });
}

async function decodeWith(module: string, className: string, bytes: Uint8Array): Promise<WasmFrame> {
  const instance = await instanceOf(module);
  const Decoder = instance[className];
  if (!Decoder) throw new Error(`${module} has no ${className}`);
  const decoder = new Decoder();
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
    const info = decoder.getFrameInfo();
    return {
      width: info.width,
      height: info.height,
      components: info.componentCount,
      bitsPerSample: info.bitsPerSample,
      signed: info.isSigned ?? false,
      bytes: decoder.getDecodedBuffer().slice(),
      planar: decoder.getInterleaveMode?.() === 0 && info.componentCount > 1,
    };
  } catch (cause) {
    // After a trap the memory of the instance is in an unknown state; the next frame gets a fresh one.
    instances.delete(module);
    throw new UndecodableFrame('the compressed data is damaged', { cause });
  } finally {
    if (instances.has(module)) decoder.delete();
  }
}

/** JPEG-LS (ISO 14495-1). */
export function decodeJpegLs(bytes: Uint8Array, format: FrameFormat): Promise<WasmFrame> {
  checkSize(format, jpegLsSize(bytes));
  return decodeWith('@cornerstonejs/codec-charls/decodewasmjs', 'JpegLSDecoder', bytes);
}

/** JPEG 2000 code streams (ISO 15444-1), and the JP2 files some writers put in their place. */
export function decodeJpeg2000(bytes: Uint8Array, format: FrameFormat): Promise<WasmFrame> {
  checkSize(format, jpeg2000Size(bytes));
  return decodeWith('@cornerstonejs/codec-openjpeg/decodewasmjs', 'J2KDecoder', bytes);
}

/** High-Throughput JPEG 2000 (ISO 15444-15). */
export function decodeHtj2k(bytes: Uint8Array, format: FrameFormat): Promise<WasmFrame> {
  checkSize(format, jpeg2000Size(bytes));
  // Of colour without a colour transform the build of OpenJPH mixes up the lines of the components; OpenJPEG does not.
  if (format.samplesPerPixel > 1) return decodeJpeg2000(bytes, format);
  return decodeWith('@cornerstonejs/codec-openjph/wasmjs', 'HTJ2KDecoder', bytes);
}

/** JPEG XL code streams and files (ISO 18181-1, -2), JPEG images recompressed among them. */
export async function decodeJpegXl(bytes: Uint8Array, format: FrameFormat): Promise<WasmFrame> {
  const { width, height } = jpegXlSize(bytes);
  checkSize(format, { width, height, components: format.samplesPerPixel });
  return decodeWith(JPEG_XL, 'JpegXLDecoder', bytes);
}

/** Bytes a codec uses for a sample; they may differ from what the DICOM header allocates. */
export function codedSampleBytes(frame: WasmFrame): number {
  return frame.bitsPerSample > 16 ? 4 : frame.bitsPerSample > 8 ? 2 : 1;
}

/** Samples of a coded frame in an array of the header's sample size. */
export function widen(frame: WasmFrame, format: FrameFormat): Uint8Array {
  const from = codedSampleBytes(frame);
  const to = format.bitsAllocated / 8;
  const count = frame.width * frame.height * frame.components;
  if (frame.bytes.length < count * from) throw new UndecodableFrame('the decoded data is incomplete');
  if (from === to) return frame.bytes;
  const out = new Uint8Array(count * to);
  for (let i = 0; i < count; i++) {
    const negative = frame.signed && ((frame.bytes[i * from + from - 1] ?? 0) & 0x80) !== 0;
    for (let byte = 0; byte < to; byte++) {
      out[i * to + byte] = byte < from ? (frame.bytes[i * from + byte] ?? 0) : negative ? 0xff : 0;
    }
  }
  return out;
}
