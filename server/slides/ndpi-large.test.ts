/** NDPI beyond 4 GB: offsets have their upper halves behind the directory and in a table of their own. */

import { describe, expect, it } from 'vitest';
import { encodeNdpi, NDPI_HEADER_BYTES } from '#fixtures/ndpi-file.ts';
import { describeSlide, openSlide } from './open-slide.ts';
import { readRegion } from './region.ts';
import { type ByteSource, memorySource } from './source.ts';

const SHIFT = 6 * 2 ** 30;

/** A file of 6 GB with a hole behind its header. */
async function largeFile(): Promise<ByteSource> {
  const bytes = await encodeNdpi([0], SHIFT);
  return {
    sizeBytes: bytes.length + SHIFT,
    async read(offset, length) {
      const out = Buffer.alloc(length);
      if (offset < NDPI_HEADER_BYTES) bytes.copy(out, 0, offset, Math.min(NDPI_HEADER_BYTES, offset + length));
      const from = Math.max(offset, SHIFT + NDPI_HEADER_BYTES);
      if (from < offset + length) bytes.copy(out, from - offset, from - SHIFT, offset + length - SHIFT);
      return out;
    },
    async close() {},
  };
}

describe('NDPI of 6 GB', () => {
  it('reads the same pixels as the small file', async () => {
    const small = await openSlide(memorySource(await encodeNdpi()));
    const large = await openSlide(await largeFile());
    expect(large.description).toEqual(small.description);
    for (const [level, { width, height }] of small.description.levels.entries()) {
      const rectangle = { x: 0, y: 0, width, height };
      const [one, other] = [await readRegion(small, level, rectangle), await readRegion(large, level, rectangle)];
      expect(Buffer.from(one.data).equals(Buffer.from(other.data))).toBe(true);
    }
  });

  it('refuses offsets that point beyond it', async () => {
    const source = await largeFile();
    const cut = { ...source, sizeBytes: source.sizeBytes - 50_000 };
    await expect(describeSlide(cut)).rejects.toThrow(expect.objectContaining({ status: 422 }));
  });
});
