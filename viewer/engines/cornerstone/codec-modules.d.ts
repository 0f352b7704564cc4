/** The codecs are built by Emscripten and come without types. */
interface WasmDecoder {
  getEncodedBuffer(lengthBytes: number): Uint8Array;
  decode(): void;
  /** HTJ2K only: level 0 is full size, each further one half of it. */
  decodeSubResolution?(level: number): void;
  getFrameInfo(): {
    readonly width: number;
    readonly height: number;
    readonly bitsPerSample: number;
    readonly componentCount: number;
    readonly isSigned?: boolean;
  };
  getDecodedBuffer(): Uint8Array;
  delete(): void;
}

interface WasmInstance {
  readonly HTJ2KDecoder?: new () => WasmDecoder;
  readonly J2KDecoder?: new () => WasmDecoder;
  readonly JpegLSDecoder?: new () => WasmDecoder;
}

type WasmFactory = (options: {
  readonly locateFile: (name: string) => string;
  readonly print: () => void;
  readonly printErr: () => void;
}) => Promise<WasmInstance>;

declare module '@cornerstonejs/codec-openjph/wasmjs' {
  const factory: WasmFactory;
  // biome-ignore lint/style/noDefaultExport: CommonJS modules have nothing else
  export default factory;
}
declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  const factory: WasmFactory;
  // biome-ignore lint/style/noDefaultExport: CommonJS modules have nothing else
  export default factory;
}
declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  const factory: WasmFactory;
  // biome-ignore lint/style/noDefaultExport: CommonJS modules have nothing else
  export default factory;
}
