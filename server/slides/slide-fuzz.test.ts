/**
 * Damaged copies of a slide of every kind, from a seed: each is described or refused with a sentence, in bounded time, and
 * never by a defect. Half of the damage is put where the structure is.
 */

import { describe, expect, it } from 'vitest';
import { encodeDicomSlide } from '#fixtures/dicom-slide.ts';
import { encodeMirax, miraxFiles } from '#fixtures/mirax-file.ts';
import { VENDOR_SLIDES } from '#fixtures/vendor-slides.ts';
import { testPicture } from '#fixtures/vendor-tiff.ts';
import { encodeZip } from '#fixtures/zip-file.ts';
import { AppError } from '#shared/errors.ts';
import { describeSlide } from './open-slide.ts';
import { parseXml } from './slide-xml.ts';
import { memorySource } from './source.ts';
import { openZipFolder } from './zip-folder.ts';

const COPIES = 40;

function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

/** Passes when the file is described or refused with a sentence. */
async function settle(bytes: Uint8Array): Promise<void> {
  try {
    await describeSlide(memorySource(bytes), AbortSignal.timeout(20_000));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // BLOB_CORRUPT would mean that a reader did not look where the file ends.
    expect(error.status).toBeLessThan(500);
    expect(error.message).not.toMatch(/[{}]/);
  }
}

const picture = testPicture(80, 60);
const SLIDES: readonly { name: string; build(): Promise<Buffer> }[] = [
  ...VENDOR_SLIDES,
  { name: '3DHISTECH MRXS', build: encodeMirax },
  ...(['TILED_FULL', 'TILED_SPARSE'] as const).map((organization) => ({
    name: `DICOM ${organization}`,
    build: async () => encodeDicomSlide({ pictures: [[picture]], tile: 32, organization })[0]!,
  })),
];

describe.each(SLIDES)('$name', ({ name, build }) => {
  it(`${COPIES} damaged copies are described or refused`, { timeout: 120_000 }, async () => {
    const good = await build();
    const random = randomFrom(name.length * 7919);
    for (let copy = 0; copy < COPIES; copy++) {
      const bytes = Uint8Array.from(good);
      for (let change = 0; change <= copy % 5; change++) {
        // Directories stand at the end of a TIFF and at the start of DICOM.
        const place = random(4);
        const at =
          place === 0
            ? random(Math.min(1500, good.length))
            : place === 1
              ? random(good.length)
              : good.length - 1 - random(Math.min(4000, good.length));
        bytes[at] = random(3) === 0 ? 255 : random(256);
      }
      await settle(copy % 8 === 7 ? bytes.subarray(0, random(bytes.length)) : bytes);
    }
  });
});

describe('hostile MRXS', () => {
  it.each(['../../etc/passwd', '/etc/passwd', '..\\Data0000.dat', '..', 'C:Data0000.dat'])(
    'a data file named %s in the ini is refused',
    async (data) => {
      const zip = encodeZip(await miraxFiles({ data }));
      await expect(describeSlide(memorySource(zip))).rejects.toThrow(
        expect.objectContaining({ code: 'ZIP_PATH_UNSAFE' }),
      );
    },
  );

  it('an archive entry above its folder is refused', async () => {
    const zip = encodeZip([...(await miraxFiles()), { name: '../evil', data: Buffer.from('x') }]);
    await expect(describeSlide(memorySource(zip))).rejects.toThrow(
      expect.objectContaining({ code: 'ZIP_PATH_UNSAFE' }),
    );
  });

  it('two slides in one .zip are refused, for one would be lost', async () => {
    const files = await miraxFiles();
    const zip = encodeZip([...files, ...files.map((file) => ({ ...file, name: `other/${file.name}` }))]);
    await expect(describeSlide(memorySource(zip))).rejects.toThrow(/holds 2 slides/);
  });

  it('damaged deflate is refused, whenever it is found', async () => {
    const noise = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * at) % 251));
    const good = encodeZip([{ name: 'a', data: noise }]);
    const random = randomFrom(99);
    for (let copy = 0; copy < 30; copy++) {
      const bytes = Uint8Array.from(good);
      for (let change = 0; change < 6; change++) bytes[31 + random(Math.min(2000, good.length - 120))] = random(256);
      const folder = await openZipFolder(memorySource(bytes));
      const opened = await folder.open('a').catch((error: unknown) => error);
      if (opened instanceof Error) expect(opened).toMatchObject({ code: 'ZIP_DAMAGED' });
      else await (opened as Awaited<ReturnType<typeof folder.open>>).close();
    }
  });

  it('a missing data file is told', async () => {
    const zip = encodeZip((await miraxFiles()).filter(({ name }) => !name.includes('Data')));
    await expect(describeSlide(memorySource(zip))).rejects.toThrow(
      expect.objectContaining({ code: 'SLIDE_INCOMPLETE' }),
    );
  });

  it('pages of the index that form a loop are refused', async () => {
    const files = await miraxFiles();
    const looped = files.map((file) => {
      if (!file.name.endsWith('Index.dat')) return file;
      const data = Buffer.from(file.data);
      // The first page of level 0 follows the head of 5 + 32 bytes and two pointers: count, next page, images.
      data.writeInt32LE(45, 49);
      return { ...file, data };
    });
    await expect(describeSlide(memorySource(encodeZip(looped)))).rejects.toThrow(/pages form a loop/);
  });

  it('a bomb is refused before it is unpacked', async () => {
    const bomb = encodeZip([{ name: 'case/Slidedat.ini', data: Buffer.alloc(4 << 20) }]);
    const folder = await openZipFolder(memorySource(bomb));
    await expect(folder.open('case/Slidedat.ini')).rejects.toThrow(expect.objectContaining({ code: 'ZIP_RATIO' }));
    const lying = encodeZip([{ name: 'a', data: Buffer.alloc(5000), claim: { size: 100 } }]);
    await expect((await openZipFolder(memorySource(lying))).open('a')).rejects.toThrow(/longer than it says/);
  });
});

describe('hostile XML', () => {
  const invalid = expect.objectContaining({ code: 'SLIDE_METADATA_INVALID' });
  it.each([
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an entity that nobody declared', '<a>&b;</a>'],
    ['elements closed out of order', '<a><b></a></b>'],
    ['an end in the middle of a tag', '<a b="'],
    ['an end before the root is closed', '<a><b/>'],
    ['two roots', '<a/><b/>'],
    ['no element', 'text'],
    ['a tag without a name', '<a>< b="1"/></a>'],
    ['deep nesting', '<a>'.repeat(5000)],
    ['a character that does not exist', '<a>&#x110000;</a>'],
    ['many attributes', `<a ${Array.from({ length: 100 }, (_, n) => `a${n}="1"`).join(' ')}/>`],
  ])('refuses %s', (_, text) => {
    expect(() => parseXml(text, 'XML')).toThrow(invalid);
  });

  it('reads names without prefix, attributes, text, CDATA and the five predefined entities', () => {
    const root = parseXml(
      '<?xml version="1.0"?><!-- c --><n:a b=\'1 &lt; 2\'> x &amp; <![CDATA[<y>]]><c/>&#x41;</n:a>',
      'XML',
    );
    expect([root.name, root.attributes.get('b'), root.text, root.children.length]).toEqual([
      'a',
      '1 < 2',
      'x & <y>A',
      1,
    ]);
  });
});
