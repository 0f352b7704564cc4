/**
 * The JPEG library of the DICOM field (libijg, built for 8, 12 and 16 bits a sample) as WebAssembly, loaded when first
 * needed. Only the compiled module of the package is used: its JavaScript brings a DICOM reader and a logger along.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type FrameFormat, type SampleArray, sampleCount, samplesOf, UndecodableFrame } from './stored-pixels.ts';

/** The functions of the module that decoding needs; pointers and sizes are numbers. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  _initialize?(): void;
  CreateCodecsContext(): number;
  ReleaseCodecsContext(context: number): void;
  CreateDecoderParameters(): number;
  ReleaseDecoderParameters(parameters: number): void;
  SetConvertColorspaceToRgb(parameters: number, wanted: number): void;
  SetColumns(context: number, value: number): void;
  SetRows(context: number, value: number): void;
  SetBitsAllocated(context: number, value: number): void;
  SetBitsStored(context: number, value: number): void;
  SetSamplesPerPixel(context: number, value: number): void;
  SetPixelRepresentation(context: number, value: number): void;
  SetPlanarConfiguration(context: number, value: number): void;
  SetPhotometricInterpretation(context: number, value: number): void;
  SetEncodedBufferSize(context: number, bytes: number): void;
  GetEncodedBuffer(context: number): number;
  GetDecodedBufferSize(context: number): number;
  GetDecodedBuffer(context: number): number;
  GetPlanarConfiguration(context: number): number;
  DecodeJpeg(context: number, parameters: number): void;
}

/** The engine's own; the language settings of a server leave it out. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<CompiledModule>;
  instantiate(module: CompiledModule, imports: object): Promise<{ readonly exports: unknown }>;
};
type CompiledModule = { readonly compiled: unique symbol };

interface Library {
  readonly exports: Exports;
  /** Damage the library has painted over while decoding the frame at hand. */
  readonly complaints: string[];
}

/** Position of each name in the library's own list; the rest is never asked for. */
const PHOTOMETRIC = { grey: 1, rgb: 3, ybrFull: 4 } as const;

/** What libijg says when it invents pixels; that there are bytes between markers is no harm. */
const DAMAGE = /premature end|Huffman code|Inconsistent progression|restart marker/i;

const KEPT_BYTES = 128 * 1024 * 1024;

const require = createRequire(import.meta.url);
let compiled: Promise<CompiledModule> | null = null;
let library: Promise<Library> | null = null;

async function load(): Promise<Library> {
  compiled ??= readFile(require.resolve('dcmjs-codecs/build/dcmjs-native-codecs.wasm')).then(WebAssembly.compile);
  const complaints: string[] = [];
  const text = (start: number, length: number) => Buffer.from(exports.memory.buffer, start, length).toString('latin1');
  const imports = {
    env: {
      emscripten_notify_memory_growth: () => {},
      onCodecsTrace: () => {},
      onCodecsInfo: (start: number, length: number) => {
        const message = text(start, length);
        if (DAMAGE.test(message)) complaints.push(message);
      },
      onCodecsException: (start: number, length: number) => {
        throw new Error(text(start, length));
      },
    },
    wasi_snapshot_preview1: {
      environ_get: () => 0,
      environ_sizes_get: (count: number, size: number) => {
        const view = new DataView(exports.memory.buffer);
        view.setUint32(count, 0, true);
        view.setUint32(size, 0, true);
        return 0;
      },
      clock_time_get: () => 0,
      fd_write: () => 0,
      fd_seek: () => 0,
      fd_close: () => 0,
      proc_exit: (code: number) => {
        throw new Error(`the JPEG library ended with ${code}`);
      },
    },
  };
  const instance = await WebAssembly.instantiate(await compiled, imports);
  // The module's own list of functions; the compiler cannot know it.
  const exports = instance.exports as Exports;
  exports._initialize?.();
  return { exports, complaints };
}

export interface NativeJpegOptions {
  /** Give RGB for three components that are YCbCr. */
  readonly toRgb: boolean;
}

/**
 * Samples of a sequential, progressive or lossless JPEG stream (ISO 10918-1) of up to 16 bits, side by side and as they
 * were coded: unsigned. Call `checkSize` first: the library takes the size from the stream.
 * @throws UndecodableFrame
 */
export async function decodeNativeJpeg(
  bytes: Uint8Array,
  format: FrameFormat,
  { toRgb }: NativeJpegOptions,
): Promise<SampleArray> {
  library ??= load();
  const { exports: codec, complaints } = await library;
  complaints.length = 0;
  try {
    const context = codec.CreateCodecsContext();
    codec.SetColumns(context, format.columns);
    codec.SetRows(context, format.rows);
    codec.SetBitsAllocated(context, format.bitsAllocated);
    codec.SetBitsStored(context, format.bitsStored);
    codec.SetSamplesPerPixel(context, format.samplesPerPixel);
    codec.SetPixelRepresentation(context, 0);
    codec.SetPlanarConfiguration(context, 0);
    const colour = toRgb ? PHOTOMETRIC.ybrFull : PHOTOMETRIC.rgb;
    codec.SetPhotometricInterpretation(context, format.samplesPerPixel === 1 ? PHOTOMETRIC.grey : colour);
    codec.SetEncodedBufferSize(context, bytes.length);
    new Uint8Array(codec.memory.buffer).set(bytes, codec.GetEncodedBuffer(context));
    const parameters = codec.CreateDecoderParameters();
    codec.SetConvertColorspaceToRgb(parameters, toRgb ? 1 : 0);
    codec.DecodeJpeg(context, parameters);
    codec.ReleaseDecoderParameters(parameters);
    const start = codec.GetDecodedBuffer(context);
    const decoded = new Uint8Array(codec.memory.buffer).slice(start, start + codec.GetDecodedBufferSize(context));
    codec.ReleaseCodecsContext(context);
    // Its memory never shrinks: after a huge frame the next one starts small again.
    if (codec.memory.buffer.byteLength > KEPT_BYTES) library = null;
    if (complaints.length > 0) throw new UndecodableFrame('the compressed data is damaged or cut off');
    // Eight-bit streams come out in bytes, whatever is allocated to them.
    const bits = decoded.length < sampleCount(format) * 2 ? 8 : 16;
    const samples = samplesOf(decoded, { ...format, bitsAllocated: bits });
    if (bits === format.bitsAllocated) return samples;
    return format.bitsAllocated === 8 ? Uint8Array.from(samples) : Uint16Array.from(samples);
  } catch (cause) {
    // What it had allocated is lost and its state unknown; the next frame gets a fresh library.
    library = null;
    if (cause instanceof UndecodableFrame) throw cause;
    throw new UndecodableFrame('the compressed data is damaged', { cause });
  }
}
