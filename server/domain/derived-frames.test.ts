import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { HTJ2K_LOSSLESS, HTJ2K_LOSSLESS_RPCL, JPEG_LS_LOSSLESS, type PixelFormat } from '#shared/dicom/transcoding.ts';
import { AppError } from '#shared/errors.ts';
import type { Sha256, SopInstanceUid } from '#shared/ids.ts';
import { DerivedFrames } from './derived-frames.ts';
import { DerivedObjects } from './derived-objects.ts';
import type { DerivedFrame, DerivedFrameRepository } from './derived-ports.ts';
import type { FoundInstance } from './frame-directory.ts';
import type { Repositories } from './ports.ts';

const FORMAT: PixelFormat = {
  ...{ rows: 2, columns: 2, numberOfFrames: 9, samplesPerPixel: 1, photometricInterpretation: 'MONOCHROME2' },
  ...{ planarConfiguration: 0, bitsAllocated: 8, bitsStored: 8, highBit: 7, signed: false, floatingPoint: false },
  pixelVr: 'OB',
};
const INSTANCE: FoundInstance = {
  ...{ sha256: 'a'.repeat(64) as Sha256, sizeBytes: 1, sopInstanceUid: '1.2' as SopInstanceUid, sopClassUid: '1.3' },
  transferSyntaxUid: '1.2.840.10008.1.2.1',
  showsSlideLabel: false,
  frames: {
    ...{ count: 9, transferSyntaxUid: '1.2.840.10008.1.2.1', mediaType: 'application/octet-stream' },
    ...{ format: FORMAT, targets: [], frame: async () => new Uint8Array() },
  },
};
const signal = new AbortController().signal;

function memory(rows: DerivedFrame[]): DerivedFrameRepository {
  const at = (key: { sourceSha256: string; frameNumber: number; form: string }) =>
    rows.findIndex(
      (row) => row.sourceSha256 === key.sourceSha256 && row.frameNumber === key.frameNumber && row.form === key.form,
    );
  return {
    find: async (key) => rows[at(key)] ?? null,
    async save(frame) {
      if (at(frame) >= 0) rows.splice(at(frame), 1);
      rows.push(frame);
    },
    async remove(key) {
      if (at(key) >= 0) rows.splice(at(key), 1);
    },
    oldest: async (limit) => rows.toSorted((a, b) => a.usedAt.localeCompare(b.usedAt)).slice(0, limit),
    names: async (sha256) => rows.some((row) => row.sha256 === sha256),
    totalBytes: async () => rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

/** A coder that gives 100 bytes which tell frame and form, and counts. */
function setUp(options: { budgetBytes?: number; full?: boolean } = {}) {
  const rows: DerivedFrame[] = [];
  const stored = new Map<Sha256, Uint8Array>();
  const defects: string[] = [];
  const made: string[] = [];
  const clock = { ticks: 0 };
  const objects = new DerivedObjects({
    db: { derived: memory(rows) } as Pick<Repositories, 'derived'>,
    clock: {
      now() {
        clock.ticks++;
        return new Date(Date.UTC(2026, 0, 1) + clock.ticks * 1000);
      },
    },
    store: {
      async put(bytes) {
        if (options.full === true) throw new AppError('STORAGE_FULL');
        const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256;
        stored.set(sha256, bytes);
        return { sha256, sizeBytes: bytes.byteLength };
      },
      async open(sha256) {
        const bytes = stored.get(sha256);
        if (bytes === undefined) throw new AppError('BLOB_MISSING');
        return {
          sizeBytes: bytes.byteLength,
          read: async (offset, length) => bytes.subarray(offset, offset + length),
          readInto: async () => 0,
          close: async () => {},
        };
      },
      async remove(sha256) {
        stored.delete(sha256);
      },
    },
    budgetBytes: options.budgetBytes ?? 1e6,
    reportDefect: (_, where) => defects.push(where),
  });
  const derived = new DerivedFrames({
    objects,
    transcoder: {
      async transcode({ frameNumber, targetUid }) {
        made.push(`${frameNumber} ${targetUid}`);
        if (frameNumber === 9) throw new AppError('FRAME_UNDECODABLE', { frame: 9, reason: 'it is damaged' });
        return new Uint8Array(100).fill(frameNumber);
      },
    },
    flights: { run: (_, outer, work) => work(outer) },
  });
  const read = async (frame: number, uid = JPEG_LS_LOSSLESS) => {
    const bytes = await derived.read(INSTANCE, frame, uid, async () => new Uint8Array(4), signal);
    await objects.settled();
    return bytes;
  };
  return { read, rows, objects: stored, defects, made };
}

describe('a frame in another transfer syntax', () => {
  test('is made once and then read', async () => {
    const { read, made } = setUp();
    expect(await read(1)).toEqual(await read(1));
    expect(made).toEqual([`1 ${JPEG_LS_LOSSLESS}`]);
  });

  test('PS3.5 section 10.18: HTJ2K under its two names is one stream', async () => {
    const { read, made } = setUp();
    await read(1, HTJ2K_LOSSLESS);
    await read(1, HTJ2K_LOSSLESS_RPCL);
    expect(made).toEqual([`1 ${HTJ2K_LOSSLESS_RPCL}`]);
  });

  test('is made again when its object is gone or has another length', async () => {
    const { read, objects, made, defects } = setUp();
    const first = await read(1);
    objects.clear();
    expect(await read(1)).toEqual(first);
    for (const sha256 of objects.keys()) objects.set(sha256, new Uint8Array(3));
    expect(await read(1)).toEqual(first);
    expect([made.length, defects]).toEqual([3, []]);
  });

  test('that cannot be made is a refusal, and nothing is kept', async () => {
    const { read, rows } = setUp();
    await expect(read(9)).rejects.toMatchObject({ code: 'FRAME_UNDECODABLE' });
    expect(rows).toEqual([]);
  });

  test('a full store costs nothing but time', async () => {
    const { read, rows, defects } = setUp({ full: true });
    expect((await read(1)).byteLength).toBe(100);
    expect([rows, defects]).toEqual([[], ['keeping a derived object']]);
  });
});

describe('the budget', () => {
  test('removes the longest unused, rows and objects', async () => {
    const { read, rows, objects } = setUp({ budgetBytes: 350 });
    for (const frame of [1, 2, 3]) await read(frame);
    expect(rows).toHaveLength(3);
    await read(4);
    expect(rows.map(({ frameNumber }) => frameNumber).sort()).toEqual([2, 3, 4]);
    expect(objects.size).toBe(3);
  });

  test('an object that two rows name stays until the second goes', async () => {
    const { read, rows, objects } = setUp({ budgetBytes: 250 });
    // The same bytes in two forms.
    await read(1);
    await read(1, HTJ2K_LOSSLESS_RPCL);
    expect(objects.size).toBe(1);
    await read(2);
    expect(rows.map(({ frameNumber, form }) => `${frameNumber} ${form.split(' ')[0]}`)).toEqual([
      `1 ${HTJ2K_LOSSLESS_RPCL}`,
      `2 ${JPEG_LS_LOSSLESS}`,
    ]);
    expect(objects.size).toBe(2);
  });

  test.each([0, 99])('of %i bytes keeps nothing of 100', async (budgetBytes) => {
    const { read, rows, objects } = setUp({ budgetBytes });
    await read(1);
    expect([rows.length, objects.size]).toEqual([0, 0]);
  });
});
