/** JPEG-LS (CharLS) and HTJ2K (OpenJPH) encoders as WebAssembly, lossless only, loaded when first needed. */
import { createRequire } from 'node:module';

interface EncoderFrameInfo {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
  readonly isSigned: boolean;
  readonly isUsingColorTransform: boolean;
}

interface JpegLsEncoder {
  getDecodedBuffer(info: EncoderFrameInfo): Uint8Array;
  setNearLossless(near: number): void;
  /** 0 planes, 1 lines, 2 samples. */
  setInterleaveMode(mode: number): void;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
  delete(): void;
}

interface Htj2kEncoder extends Pick<JpegLsEncoder, 'getDecodedBuffer' | 'encode' | 'getEncodedBuffer' | 'delete'> {
  setQuality(lossless: boolean, quantizationStep: number): void;
  /** 0 LRCP, 1 RLCP, 2 RPCL, 3 PCRL, 4 CPRL. */
  setProgressionOrder(order: number): void;
  setDecompositions(levels: number): void;
  setTLMMarker(on: boolean): void;
  setTilePartDivisionsAtResolutions(on: boolean): void;
}

interface Encoders {
  readonly JpegLSEncoder: new () => JpegLsEncoder;
  readonly HTJ2KEncoder: new () => Htj2kEncoder;
}
type Factory = (options: { print: () => void; printErr: () => void }) => Promise<Encoders>;

/** Interleaved samples, little endian, `bitsPerSample` of them used: one byte a sample up to 8 bits, else two. */
export interface EncoderInput {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly bitsPerSample: number;
  readonly signed: boolean;
  readonly bytes: Uint8Array;
}

// The packages are CommonJS and find their .wasm file beside themselves only when they are required.
const require = createRequire(import.meta.url);
const instances = new Map<string, Promise<Encoders>>();

async function encodeWith(module: string, encode: (encoders: Encoders) => Uint8Array): Promise<Uint8Array> {
  let instance = instances.get(module);
  if (!instance) {
    instance = (require(module) as Factory)({ print: () => {}, printErr: () => {} });
    instances.set(module, instance);
  }
  try {
    return encode(await instance);
  } catch (error) {
    // After a trap the memory of the instance is in an unknown state; the next frame gets a fresh one.
    instances.delete(module);
    // The codecs throw pointers into their memory.
    throw error instanceof Error ? error : new Error(`${module} refused the frame`);
  }
}

function infoOf(input: EncoderInput, isSigned: boolean, isUsingColorTransform: boolean): EncoderFrameInfo {
  const { width, height, bitsPerSample, components } = input;
  return { width, height, bitsPerSample, componentCount: components, isSigned, isUsingColorTransform };
}

/** JPEG-LS without loss, samples interleaved. The sign is in the header of the object: JPEG-LS has none. */
export function encodeJpegLs(input: EncoderInput): Promise<Uint8Array> {
  return encodeWith('@cornerstonejs/codec-charls/wasmjs', ({ JpegLSEncoder }) => {
    const encoder = new JpegLSEncoder();
    encoder.getDecodedBuffer(infoOf(input, false, false)).set(input.bytes);
    encoder.setNearLossless(0);
    encoder.setInterleaveMode(input.components > 1 ? 2 : 0);
    encoder.encode();
    const coded = encoder.getEncodedBuffer().slice();
    encoder.delete();
    return new Uint8Array(coded.buffer);
  });
}

/** Longest side of the smallest resolution in px (PS3.5 section 10.18). */
const BASE_SIDE = 64;

/**
 * HTJ2K without loss, as "RPCL Options" ask for (PS3.5 section 10.18): resolutions first, down to 64 px, a tile-part
 * each, their lengths in TLM. Colour goes through the reversible transform (YBR_RCT): without one this build mixes up the
 * lines of the three components, and undoes it when it decodes, so that only other decoders show it.
 */
export function encodeHtj2k(input: EncoderInput): Promise<Uint8Array> {
  return encodeWith('@cornerstonejs/codec-openjph/wasmjs', ({ HTJ2KEncoder }) => {
    const encoder = new HTJ2KEncoder();
    encoder.getDecodedBuffer(infoOf(input, input.signed, input.components === 3)).set(input.bytes);
    encoder.setQuality(true, 0);
    encoder.setProgressionOrder(2);
    encoder.setDecompositions(Math.max(1, Math.ceil(Math.log2(Math.max(input.width, input.height) / BASE_SIDE))));
    encoder.setTLMMarker(true);
    encoder.setTilePartDivisionsAtResolutions(true);
    encoder.encode();
    const coded = encoder.getEncodedBuffer().slice();
    encoder.delete();
    return new Uint8Array(coded.buffer);
  });
}
