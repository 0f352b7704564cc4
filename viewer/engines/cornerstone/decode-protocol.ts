import type { CodedFormat, PageCoding } from './coded-frame.ts';

/** What a decoding worker is asked; the bytes are handed over. */
export interface DecodeRequest {
  readonly id: number;
  readonly coding: PageCoding;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly format: CodedFormat;
  /** Resolutions to leave out (HTJ2K): 0 is full size, each further one half of it. */
  readonly level: number;
}

/** Samples as in an uncompressed frame, of colours interleaved; or why there are none. */
export interface DecodeAnswer {
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBuffer> | null;
  readonly message: string | null;
}
