/** An 8-bit picture in memory: rows of 1 (grey), 3 (RGB) or 4 (RGBA) samples a pixel. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array | Uint8ClampedArray;
}
