import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { MOST_EMBEDDED_BYTES, withIccProfile } from './embedded-profile.ts';
import { parseJpegHeader } from './jpeg.ts';
import { readProfileName } from './profile-name.ts';
import { encodeJpeg, encodePng, filledRaster } from './raster.ts';

const adobe = await readFile(new URL('./profiles/adobe-rgb.icc', import.meta.url));
const raster = filledRaster(32, 24, [200, 40, 90]);

/** The profile with as many bytes behind its end as are missing; its own length field says the same. */
function padded(length: number): Buffer {
  const profile = Buffer.concat([adobe, Buffer.alloc(length - adobe.length)]);
  profile.writeUInt32BE(length, 0);
  return profile;
}

describe('a profile in a finished picture', () => {
  it.each([
    ['image/jpeg', encodeJpeg],
    ['image/png', encodePng],
  ] as const)('%s: libvips reads it back and the pixels are untouched', async (mediaType, encode) => {
    const bytes = await encode(raster);
    for (const profile of [adobe, padded(65_519), padded(65_520), padded(200_000)]) {
      const managed = withIccProfile({ bytes, mediaType }, profile);
      expect((await sharp(managed).metadata()).icc?.equals(profile)).toBe(true);
      const pixels = (picture: Uint8Array) => sharp(picture, { ignoreIcc: true }).raw().toBuffer();
      expect((await pixels(managed)).equals(await pixels(bytes))).toBe(true);
    }
  });

  it('ICC.1 Annex B.4: large profiles are numbered segments behind SOI', async () => {
    const managed = Buffer.from(
      withIccProfile({ bytes: await encodeJpeg(raster), mediaType: 'image/jpeg' }, padded(140_000)),
    );
    const segments = parseJpegHeader(managed).segments.slice(0, 3);
    const heads = segments.map(({ start }) => managed.subarray(start + 4, start + 18).toString('latin1'));
    expect(heads).toEqual([1, 2, 3].map((number) => `ICC_PROFILE\0${String.fromCharCode(number)}\x03`));
  });

  it('refuses a profile that no JPEG can hold', async () => {
    const picture = { bytes: await encodeJpeg(raster), mediaType: 'image/jpeg' } as const;
    expect(() => withIccProfile(picture, new Uint8Array(MOST_EMBEDDED_BYTES + 1))).toThrow(RangeError);
  });
});

describe('the name of a profile', () => {
  const nameOf = (bytes: Uint8Array) =>
    readProfileName(async (offset, length) => bytes.subarray(offset, offset + length), bytes.byteLength);
  /** A profile whose only tag is `desc`. */
  const named = (tag: Buffer): Buffer => {
    const head = Buffer.alloc(144);
    head.write('acsp', 36, 'latin1');
    head.writeUInt32BE(1, 128);
    head.write('desc', 132, 'latin1');
    head.writeUInt32BE(144, 136);
    head.writeUInt32BE(tag.length, 140);
    return Buffer.concat([head, tag]);
  };
  const version2 = (text: string): Buffer => {
    const head = Buffer.from('desc\0\0\0\0\0\0\0\0', 'latin1');
    head.writeUInt32BE(text.length + 1, 8);
    return Buffer.concat([head, Buffer.from(`${text}\0more`, 'latin1')]);
  };
  const version4 = (text: string): Buffer => {
    const head = Buffer.from('mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS\0\0\0\0\0\0\0\x1c', 'latin1');
    head.writeUInt32BE(text.length * 2, 20);
    return Buffer.concat([head, Buffer.from(text, 'utf16le').swap16()]);
  };

  it.each<[string, Uint8Array, string | null]>([
    ['Adobe RGB of ours', adobe, 'Adobe RGB (1998) compatible'],
    ['version 2', named(version2('ScanScope v1')), 'ScanScope v1'],
    ['version 4', named(version4('Größe 1')), 'Größe 1'],
    ['control characters', named(version2('a\x07\nb')), 'a b'],
    ['an empty name', named(version2('')), null],
    ['a name longer than the profile', named(Buffer.from('desc\0\0\0\0\xff\xff\xff\xffab  ', 'latin1')), 'ab'],
    ['a record outside the tag', named(version4('x').fill(0xff, 24, 28)), null],
    ['no signature', new Uint8Array(500), null],
    ['fewer bytes than a header', new Uint8Array(20), null],
  ])('%s', async (_, bytes, name) => {
    expect(await nameOf(bytes)).toBe(name);
  });
});
