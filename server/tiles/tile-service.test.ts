import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeOmeStack } from '#fixtures/ome-stack.ts';
import { decodeRaster, encodeJpeg, filledRaster } from '#server/codecs/raster.ts';
import { decodeHere } from '#server/codecs/slide-decoding.ts';
import { type ByteSource, memorySource } from '#server/slides/source.ts';
import { pictureFields, plainPage, type SamplePage, tiffSample } from '#server/slides/tiff-sample.ts';
import { createSlidePool } from './slide-pool.ts';
import { createTileService } from './tile-service.ts';

const jpeg = await encodeJpeg(filledRaster(64, 64, [180, 60, 120]));
const jpegPage: SamplePage = {
  fields: pictureFields({ width: 100, height: 64, tile: 64, compression: 7, photometric: 6 }),
  segments: { kind: 'tiles', data: [jpeg, jpeg] },
};
const profile = await readFile(new URL('../codecs/profiles/adobe-rgb.icc', import.meta.url));
const profileField = { tag: 34675, type: 7, values: profile } as const;
const plainImage = plainPage(100, 64, 32);
const managedPlain: SamplePage = { ...plainImage, fields: [...plainImage.fields, profileField] };
const stored: Readonly<Record<string, Uint8Array>> = {
  jpeg: tiffSample([jpegPage]),
  managed: tiffSample([{ ...jpegPage, fields: [...jpegPage.fields, profileField] }]),
  managedPlain: tiffSample([managedPlain]),
  plain: tiffSample([plainPage(100, 64, 32), plainPage(50, 32, 32)]),
  stack: encodeOmeStack(),
};

const zero = { level: 0, column: 0, row: 0 };

async function pictureFacts(bytes: Uint8Array): Promise<{ profile: Buffer | null; pixels: Buffer }> {
  const { icc } = await sharp(bytes).metadata();
  return { profile: icc ?? null, pixels: await sharp(bytes, { ignoreIcc: true }).raw().toBuffer() };
}

function service() {
  const reads: [number, number][] = [];
  const pool = createSlidePool({
    maxOpen: 4,
    decoder: decodeHere,
    async open(ref): Promise<ByteSource> {
      const source = memorySource(stored[ref] ?? new Uint8Array(0));
      return {
        ...source,
        read(offset, length, signal) {
          reads.push([offset, length]);
          return source.read(offset, length, signal);
        },
      };
    },
  });
  return { tiles: createTileService(pool), reads };
}

describe('createTileService', () => {
  it('passes a JPEG tile through with exactly one read of exactly its bytes', async () => {
    const { tiles, reads } = service();
    await tiles.describe('jpeg');
    reads.length = 0;
    const tile = await tiles.tile('jpeg', 0, 1, 0);
    expect(reads.map(([, length]) => length)).toEqual([jpeg.length]);
    expect(tile.mediaType).toBe('image/jpeg');
    await tiles.close();
  });

  it('reads nothing for a client that holds the tile', async () => {
    const { tiles, reads } = service();
    const { version } = await tiles.tile('jpeg', 0, 0, 0);
    reads.length = 0;
    const place = { level: 0, column: 0, row: 0 };
    expect(await tiles.tileUnlessKnown('jpeg', place, version)).toEqual({ version, tile: null });
    expect(reads).toEqual([]);
    const answer = await tiles.tileUnlessKnown('jpeg', place, 'another');
    expect(answer.version).toBe(version);
    expect(answer.tile?.bytes.length).toBeGreaterThan(jpeg.length / 2);
    await tiles.close();
  });

  it('decodes and encodes a tile once for all who wait for it', async () => {
    const { tiles, reads } = service();
    await tiles.describe('plain');
    reads.length = 0;
    const same = await Promise.all(Array.from({ length: 8 }, () => tiles.tile('plain', 0, 2, 1)));
    expect(reads).toHaveLength(1);
    expect(new Set(same.map((tile) => tile.bytes)).size).toBe(1);
    expect(same[0]?.mediaType).toBe('image/png');
    await tiles.tile('plain', 1, 0, 0);
    await tiles.tile('plain', 0, 2, 1);
    expect(reads).toHaveLength(2);
    await tiles.close();
  });

  it.each(['managed', 'managedPlain'])(
    '%s: puts the profile into a tile on request, and into its version',
    async (ref) => {
      const { tiles } = service();
      const plain = await tiles.tileUnlessKnown(ref, zero, null);
      const managed = await tiles.tileUnlessKnown(ref, { ...zero, icc: true }, plain.version);
      expect(managed.version).toBe(`${plain.version}-icc`);
      const [without, within] = await Promise.all(
        [plain, managed].map(({ tile }) => pictureFacts(tile?.bytes ?? new Uint8Array(0))),
      );
      expect(without?.profile).toBeNull();
      expect(within?.profile?.equals(profile)).toBe(true);
      expect(within?.pixels).toEqual(without?.pixels);
      expect(await tiles.tileUnlessKnown(ref, { ...zero, icc: true }, managed.version)).toEqual({
        version: managed.version,
        tile: null,
      });
      await tiles.close();
    },
  );

  it('keeps planes and channels apart that are asked for at the same moment', async () => {
    const { tiles } = service();
    const window = { low: 0, high: 255 };
    const asked = [0, 1].flatMap((focalPlane) =>
      ['#ff0000', '#00ff00'].map((colour, index) => ({ focalPlane, channels: [{ index, colour, window }] })),
    );
    const place = { level: 0, column: 1, row: 1 };
    const shown = await Promise.all(
      [...asked, ...asked].map(async (selection) => {
        const { version, tile } = await tiles.tileUnlessKnown('stack', { ...place, selection }, null);
        const { data } = await decodeRaster(tile!.bytes, { format: 'PNG', width: 32, height: 32 });
        return { version, colour: [...data.subarray(0, 3)] };
      }),
    );
    expect(shown.slice(0, 4).map(({ colour }) => colour)).toEqual([
      [40, 0, 0],
      [0, 120, 0],
      [80, 0, 0],
      [0, 200, 0],
    ]);
    expect(shown.slice(4)).toEqual(shown.slice(0, 4));
    expect(new Set(shown.map(({ version }) => version)).size).toBe(4);
    const known = shown[3]!.version;
    expect((await tiles.tileUnlessKnown('stack', { ...place, selection: asked[3]! }, known)).tile).toBeNull();
    expect((await tiles.tileUnlessKnown('stack', { ...place, selection: asked[2]! }, known)).tile).not.toBeNull();
    await tiles.close();
  });

  it('shows the first choice of the slide when a selection leaves it open', async () => {
    const { tiles } = service();
    const place = { level: 0, column: 0, row: 0 };
    const open = await tiles.tileUnlessKnown(
      'stack',
      { ...place, selection: { focalPlane: null, channels: [] } },
      null,
    );
    expect(open.version).toBe((await tiles.tileUnlessKnown('stack', place, null)).version);
    await tiles.close();
  });

  it('lets one of them leave', async () => {
    const { tiles } = service();
    await tiles.describe('plain');
    const leaving = new AbortController();
    const gone = tiles.tile('plain', 0, 0, 0, leaving.signal);
    const staying = tiles.tile('plain', 0, 0, 0);
    leaving.abort(new Error('left'));
    await expect(gone).rejects.toThrow('left');
    await expect(staying).resolves.toMatchObject({ mediaType: 'image/png' });
    await tiles.close();
  });

  it('answers regions, thumbnails and profiles', async () => {
    const { tiles } = service();
    const region = await tiles.region('jpeg', 0, { x: 60, y: 0, width: 8, height: 8 });
    expect([...region.data.subarray(0, 3)].map((value, at) => Math.abs(value - [180, 60, 120][at]!) < 4)).toEqual([
      true,
      true,
      true,
    ]);
    expect(await tiles.thumbnail('plain', 25)).toMatchObject({ width: 25, height: 16 });
    expect(await tiles.iccProfile('jpeg')).toBeNull();
    await tiles.close();
  });

  it.each<[string, (tiles: ReturnType<typeof createTileService>) => Promise<unknown>, string]>([
    ['a tile beyond the edge', (tiles) => tiles.tile('jpeg', 0, 2, 0), 'TILE_OUT_OF_RANGE'],
    ['a level that does not exist', (tiles) => tiles.tile('plain', 9, 0, 0), 'TILE_OUT_OF_RANGE'],
    [
      'a known version of a tile beyond the edge',
      (tiles) => tiles.tileUnlessKnown('jpeg', { level: 0, column: 9, row: 9 }, 'x'),
      'TILE_OUT_OF_RANGE',
    ],
    [
      'a focal plane the slide lacks',
      (tiles) => tiles.tileUnlessKnown('stack', { ...zero, selection: { focalPlane: 2, channels: [] } }, null),
      'SLIDE_PLANE_UNKNOWN',
    ],
    [
      'a channel the slide lacks',
      (tiles) => {
        const channels = [{ index: 2, colour: null, window: null }];
        return tiles.tileUnlessKnown('stack', { ...zero, selection: { focalPlane: null, channels } }, null);
      },
      'SLIDE_PLANE_UNKNOWN',
    ],
    ['a label the slide lacks', (tiles) => tiles.associatedImage('jpeg', 'label'), 'ASSOCIATED_IMAGE_UNKNOWN'],
    [
      'an empty region',
      (tiles) => tiles.region('jpeg', 0, { x: 0, y: 0, width: 0, height: 0 }),
      'SLIDE_REGION_INVALID',
    ],
    ['an empty object', (tiles) => tiles.describe('nothing'), 'UPLOAD_EMPTY'],
  ])('refuses %s', async (_, ask, code) => {
    const { tiles } = service();
    await expect(ask(tiles)).rejects.toThrow(expect.objectContaining({ code }));
    await tiles.close();
  });
});
