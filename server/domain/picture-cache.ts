import type { EncodedPicture } from './image-ports.ts';

/** Pictures made lately, by what names them for good; the least recently used goes first. */
export class PictureCache {
  readonly #limitBytes: number;
  readonly #pictures = new Map<string, EncodedPicture>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get(name: string): EncodedPicture | null {
    const picture = this.#pictures.get(name);
    if (picture === undefined) return null;
    this.#pictures.delete(name);
    this.#pictures.set(name, picture);
    return picture;
  }

  /** One picture that would push out a good part of the others is not kept. */
  keep(name: string, picture: EncodedPicture): void {
    const { byteLength } = picture.bytes;
    if (byteLength > this.#limitBytes / 8 || this.#pictures.has(name)) return;
    this.#pictures.set(name, picture);
    this.#bytes += byteLength;
    for (const [oldest, { bytes }] of this.#pictures) {
      if (this.#bytes <= this.#limitBytes) break;
      this.#pictures.delete(oldest);
      this.#bytes -= bytes.byteLength;
    }
  }
}
