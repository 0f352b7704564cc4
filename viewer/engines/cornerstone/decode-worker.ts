/** Worker that decodes compressed frames; each codec is fetched when its first frame comes. */
import type { CodedSamples, PageCoding } from './coded-frame.ts';
import { asNativeBytes } from './coded-frame.ts';
import type { DecodeAnswer, DecodeRequest } from './decode-protocol.ts';

type Decode = (bytes: Uint8Array<ArrayBuffer>, request: DecodeRequest) => Promise<Uint8Array<ArrayBuffer>>;

const instances = new Map<PageCoding, Promise<WasmInstance>>();

const FACTORIES: Partial<Record<PageCoding, () => Promise<readonly [WasmFactory, string]>>> = {
  htj2k: async () => {
    const [code, wasm] = await Promise.all([
      import('@cornerstonejs/codec-openjph/wasmjs'),
      import('@cornerstonejs/codec-openjph/wasm?url'),
    ]);
    return [code.default, wasm.default];
  },
  'jpeg-2000': async () => {
    const [code, wasm] = await Promise.all([
      import('@cornerstonejs/codec-openjpeg/decodewasmjs'),
      import('@cornerstonejs/codec-openjpeg/decodewasm?url'),
    ]);
    return [code.default, wasm.default];
  },
  'jpeg-ls': async () => {
    const [code, wasm] = await Promise.all([
      import('@cornerstonejs/codec-charls/decodewasmjs'),
      import('@cornerstonejs/codec-charls/decodewasm?url'),
    ]);
    return [code.default, wasm.default];
  },
};

function instanceOf(coding: PageCoding): Promise<WasmInstance> {
  const known = instances.get(coding);
  if (known !== undefined) return known;
  const load = async (): Promise<WasmInstance> => {
    const [factory, url] = (await FACTORIES[coding]?.()) ?? [];
    if (factory === undefined || url === undefined) throw new Error(`no codec for ${coding}`);
    return factory({ locateFile: () => url, print: () => {}, printErr: () => {} });
  };
  const instance = load();
  instances.set(coding, instance);
  instance.catch(() => instances.delete(coding));
  return instance;
}

/** @param level resolutions left out, of HTJ2K only: each halves the size */
async function decodeWasm(coding: PageCoding, bytes: Uint8Array, level: number): Promise<CodedSamples> {
  const instance = await instanceOf(coding);
  const Decoder = instance.HTJ2KDecoder ?? instance.J2KDecoder ?? instance.JpegLSDecoder;
  if (Decoder === undefined) throw new Error(`the codec for ${coding} is another one`);
  try {
    const decoder = new Decoder();
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    if (level > 0 && decoder.decodeSubResolution !== undefined) decoder.decodeSubResolution(level);
    else decoder.decode();
    const { width, height, bitsPerSample, componentCount, isSigned } = decoder.getFrameInfo();
    const pixels = new Uint8Array(decoder.getDecodedBuffer());
    decoder.delete();
    const halved = (size: number): number => Math.ceil(size / 2 ** level);
    return {
      ...{ width: halved(width), height: halved(height), components: componentCount },
      ...{ bitsPerSample, signed: isSigned ?? false, bytes: pixels },
    };
  } catch (error) {
    // After a trap the memory of the instance is in an unknown state; the next frame gets a fresh one.
    instances.delete(coding);
    throw error;
  }
}

async function decodeJpegLossless(bytes: Uint8Array<ArrayBuffer>, { format }: DecodeRequest) {
  const { Decoder } = await import('@cornerstonejs/jpeg-lossless-decoder-js');
  const decoder = new Decoder();
  const size = format.bitsAllocated === 8 ? 1 : 2;
  const samples = decoder.decode(bytes.buffer, bytes.byteOffset, bytes.byteLength, size);
  const { dimX, dimY, numComp, precision } = decoder.frame;
  return asNativeBytes(
    {
      ...{ width: dimX, height: dimY, components: numComp, bitsPerSample: size * 8, signed: false },
      bytes: new Uint8Array(samples.buffer as ArrayBuffer, samples.byteOffset, samples.byteLength),
    },
    { ...format, bitsAllocated: precision > format.bitsAllocated ? 0 : format.bitsAllocated },
  );
}

/** The browser's own decoder, without any colour management: red, green and blue, or the grey alone. */
async function decodeJpeg(bytes: Uint8Array<ArrayBuffer>, { format }: DecodeRequest) {
  const { rows, columns, samplesPerPixel } = format;
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }), {
    colorSpaceConversion: 'none',
    imageOrientation: 'none',
  } as ImageBitmapOptions);
  if (bitmap.width !== columns || bitmap.height !== rows) throw new Error('another size than the header says');
  const context = new OffscreenCanvas(columns, rows).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no canvas');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, columns, rows);
  const samples = samplesPerPixel === 1 ? 1 : 3;
  const out = new Uint8Array(rows * columns * samples);
  for (let from = 0, to = 0; to < out.length; from += 4) {
    for (let sample = 0; sample < samples; sample += 1, to += 1) out[to] = data[from + sample] ?? 0;
  }
  return out;
}

const wasm =
  (coding: PageCoding): Decode =>
  async (bytes, { format, level }) =>
    asNativeBytes(await decodeWasm(coding, bytes, level), {
      ...format,
      rows: Math.ceil(format.rows / 2 ** level),
      columns: Math.ceil(format.columns / 2 ** level),
    });

const DECODERS: Readonly<Record<PageCoding, Decode>> = {
  htj2k: wasm('htj2k'),
  'jpeg-2000': wasm('jpeg-2000'),
  'jpeg-ls': wasm('jpeg-ls'),
  'jpeg-lossless': decodeJpegLossless,
  'jpeg-8': decodeJpeg,
};

self.addEventListener('message', async ({ data }: MessageEvent<DecodeRequest>) => {
  const answer = (message: DecodeAnswer, transfer: Transferable[] = []): void =>
    self.postMessage(message, { transfer });
  try {
    const bytes = await DECODERS[data.coding](data.bytes, data);
    answer({ id: data.id, bytes, message: null }, [bytes.buffer]);
  } catch (error) {
    answer({ id: data.id, bytes: null, message: error instanceof Error ? error.message : String(error) });
  }
});
