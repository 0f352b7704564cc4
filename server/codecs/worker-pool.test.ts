import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, expect, test } from 'vitest';
import { parseDicomHeader } from '#shared/dicom/header.ts';
import { sample, sampleInstance, samplePart10 } from '#shared/dicom/sample-dataset.ts';
import { AppError } from '#shared/errors.ts';
import { compiledModules } from './compiled-modules.ts';
import { createDecodePool, decodeFrameValues, decodeStoredValues, renderFramePicture } from './frame-decoder.ts';
import { withFile } from './range-reader.ts';
import { createParsePool, readDicomFile } from './read-dicom-file.ts';
import { readFrame } from './read-frame.ts';
import { createWorkerPool, type WorkerPool } from './worker-pool.ts';

const SIGNAL = new AbortController().signal;
const folder = await mkdtemp(join(tmpdir(), 'worker-pool-'));
afterAll(() => rm(folder, { recursive: true }));

const pools: WorkerPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});
function keep(pool: WorkerPool): WorkerPool {
  pools.push(pool);
  return pool;
}

/** A worker whose tasks misbehave; it speaks the protocol itself. */
const ENTRY = pathToFileURL(join(folder, 'misbehaving.mjs'));
await writeFile(
  ENTRY,
  `const hold = [];
  const { pid } = process;
  process.on('message', ({ id, task, input }) => {
    if (task === 'hang') for (;;);
    if (task === 'heap') for (;;) hold.push(new Array(1000).fill(hold.length));
    if (task === 'buffers') for (;;) hold.push(new Uint8Array(8e6).fill(1));
    if (task === 'exit') process.exit(3);
    if (task === 'throw') throw new Error('broken');
    if (task === 'slow') { setTimeout(() => process.send({ id, ok: true, value: pid }), input); return; }
    process.send({ id, ok: true, value: pid });
  });`,
);
/** One that serves as ours do. */
const SERVING = pathToFileURL(join(folder, 'serving.mjs'));
await writeFile(
  SERVING,
  `import { writeFileSync } from 'node:fs';
  import { serveTasks } from '${new URL('./worker-protocol.ts', import.meta.url).href}';
  serveTasks({
    async rights(paths) {
      const refused = paths.map((path) => {
        try { writeFileSync(path, 'x'); return 'written'; } catch (error) { return error.code; }
      });
      return { refused, environment: Object.keys(process.env) };
    },
  });`,
);
const open = (options: Partial<Parameters<typeof createWorkerPool>[0]> = {}) =>
  keep(createWorkerPool({ entry: ENTRY, size: 1, memoryMb: 160, timeoutMs: 10_000, ...options }));

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof AppError ? error.code : `not ours: ${String(error)}`),
  );

test('a job that hangs is stopped, and the next one finds a fresh process', async () => {
  const pool = open({ timeoutMs: 1500 });
  const first = await pool.run('hello', null, SIGNAL);
  const hung = pool.run('hang', null, SIGNAL);
  const next = pool.run('hello', null, SIGNAL);
  expect(await codeOf(hung)).toBe('READING_TIMEOUT');
  expect(await next).not.toBe(first);
});

test('a process that has nothing to do ends, one that works longer than that does not', async () => {
  const pool = open({ idleMs: 300 });
  const first = await pool.run('hello', null, SIGNAL);
  expect(await pool.run('slow', 700, SIGNAL)).toBe(first);
  await expect.poll(() => isRunning(Number(first))).toBe(false);
  expect(await pool.run('hello', null, SIGNAL)).not.toBe(first);
});

test.each(['heap', 'buffers'])('a job that eats memory (%s) is stopped', async (task) => {
  const pool = open({ timeoutMs: 20_000 });
  expect(await codeOf(pool.run(task, null, SIGNAL))).toBe('READING_MEMORY');
  expect(await codeOf(pool.run('hello', null, SIGNAL))).toBe('done');
});

test.each(['exit', 'throw'])('a process that dies by %s refuses its job and is replaced', async (task) => {
  const pool = open();
  expect(await codeOf(pool.run(task, null, SIGNAL))).toMatch(/^not ours/);
  expect(await codeOf(pool.run('hello', null, SIGNAL))).toBe('done');
});

test('a worker may not write, beside its compiled modules neither, and sees nothing of the environment', async () => {
  const compiled = compiledModules();
  const paths = [join(folder, 'written'), ...(compiled === null ? [] : [join(compiled, 'written')])];
  expect(await open({ entry: SERVING }).run('rights', paths, SIGNAL)).toEqual({
    refused: paths.map(() => 'ERR_ACCESS_DENIED'),
    environment: ['MALLOC_ARENA_MAX', ...(compiled === null ? [] : ['NODE_COMPILE_CACHE'])],
  });
});

test('a process that is idle beside another ends soon, and the last one stays', async () => {
  const pool = open({ size: 2, idleMs: 60_000, surplusIdleMs: 50 });
  const ids = (await Promise.all([pool.run('slow', 30, SIGNAL), pool.run('slow', 30, SIGNAL)])) as number[];
  await expect.poll(() => ids.filter(isRunning)).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(ids.filter(isRunning)).toEqual([await pool.run('hello', null, SIGNAL)]);
});

test('there are never more processes than allowed', async () => {
  const pool = open({ size: 2 });
  const ids = await Promise.all(Array.from({ length: 8 }, () => pool.run('slow', 30, SIGNAL)));
  expect(new Set(ids).size).toBe(2);
});

test('an aborted job is dropped, whether it waits or runs', async () => {
  const pool = open();
  const controller = new AbortController();
  const running = pool.run('slow', 300, controller.signal);
  const waiting = pool.run('hello', null, controller.signal);
  const other = pool.run('hello', null, SIGNAL);
  controller.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
  await expect(waiting).rejects.toThrow('enough');
  expect(await codeOf(other)).toBe('done');
  await expect(pool.run('hello', null, controller.signal)).rejects.toThrow('enough');
});

test('a running job that hangs is ended soon after nobody waits for it any more', async () => {
  const pool = open({ timeoutMs: 600_000 });
  const first = await pool.run('hello', null, SIGNAL);
  const controller = new AbortController();
  const hung = pool.run('hang', null, controller.signal);
  controller.abort(new Error('left'));
  await expect(hung).rejects.toThrow('left');
  expect(await pool.run('hello', null, SIGNAL)).not.toBe(first);
}, 20_000);

test('closing refuses what runs and what waits', async () => {
  const pool = open();
  const works = [pool.run('slow', 20_000, SIGNAL), pool.run('hello', null, SIGNAL)].map(codeOf);
  await pool.close();
  expect(await Promise.all(works)).toEqual(['NOT_READY', 'NOT_READY']);
  expect(await codeOf(pool.run('hello', null, SIGNAL))).toBe('NOT_READY');
});

async function store(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

test('reads a file in one process and decodes, measures and renders its frame in another', async () => {
  const path = await store('ct.dcm', samplePart10(sampleInstance([sample(0x00281052, 'DS', '-1024')])));
  const file = await readDicomFile(keep(createParsePool(1)), path, SIGNAL);
  expect(file).toMatchObject({ frameIndex: { kind: 'native', frames: 1 }, description: { modality: 'CT' } });
  expect(JSON.parse(file.metadataJson)).toMatchObject({ '00280010': { vr: 'US', Value: [2] } });
  const { frameIndex, description } = file;
  if (!frameIndex || !description.image) throw new Error('the file has an image');
  const bytes = await withFile(path, (read) => readFrame(read, frameIndex, 1));
  const { transferSyntaxUid, image } = description;
  const input = { bytes, image, transferSyntaxUid, frameNumber: 1 };
  const decoding = keep(createDecodePool(1));
  expect([...(await decodeStoredValues(decoding, input, SIGNAL)).pixels]).toEqual([1, 2, 3, 65535]);
  expect([...(await decodeFrameValues(decoding, input, SIGNAL)).values]).toEqual([-1023, -1022, -1021, 64511]);
  const window = { center: -1022, width: 2, inverted: false };
  const picture = await renderFramePicture(decoding, { ...input, window, overlays: null }, SIGNAL);
  expect([...picture.data]).toEqual([0, 128, 255, 255].map((_, i) => picture.data[i]));
  expect([picture.data[0], picture.data[3], picture.width]).toEqual([0, 255, 2]);
  const failing = decodeStoredValues(decoding, { ...input, bytes: new Uint8Array(3) }, SIGNAL);
  expect(await codeOf(failing)).toBe('FRAME_UNDECODABLE');
});

test('refusals cross the process with their code and parameters', async () => {
  const pool = keep(createParsePool(1));
  const path = await store('short.dcm', samplePart10(sampleInstance([sample(0x7fe00010, 'OW', [1])])));
  await expect(readDicomFile(pool, path, SIGNAL)).rejects.toMatchObject({
    code: 'DICOM_PIXELS_SHORT',
    params: { actualBytes: 2, expectedBytes: 8 },
  });
  expect(await codeOf(readDicomFile(pool, await store('empty', new Uint8Array()), SIGNAL))).toBe('UPLOAD_EMPTY');
  expect(await codeOf(readDicomFile(pool, await store('text', Buffer.from('hello')), SIGNAL))).toBe('DICOM_NOT_PART10');
  // A file that is not there is our mistake, not the sender's.
  expect(await codeOf(readDicomFile(pool, join(folder, 'none'), SIGNAL))).toMatch(/^not ours/);
});

test('a header longer than the first read is read on', async () => {
  const long = sample(0x00420011, 'OB', new Uint8Array(3_000_000).fill(7));
  const bytes = samplePart10(sampleInstance([long, sample(0x00420012, 'LO', 'application/pdf')]));
  const { description, metadataJson } = await readDicomFile(
    keep(createParsePool(1)),
    await store('long.dcm', bytes),
    SIGNAL,
  );
  expect(description.image?.rows).toBe(2);
  expect(metadataJson).toContain('"BulkDataURI":"bulkdata/00420011"');
  expect(parseDicomHeader(bytes).dataset.byteLength(0x00420011)).toBe(3_000_000);
});

test('B24: 400 MB in a deflated file of 400 kB meet the limit', async () => {
  const { deflateRawSync } = await import('node:zlib');
  const bomb = deflateRawSync(new Uint8Array(400_000_000), { level: 9 });
  expect(bomb.length).toBeLessThan(500_000);
  const path = await store('bomb.dcm', samplePart10([], { transferSyntaxUid: '1.2.840.10008.1.2.1.99', tail: bomb }));
  expect(await codeOf(readDicomFile(keep(createParsePool(1)), path, SIGNAL))).toMatch(
    /^(DICOM_HEADER_TOO_LARGE|READING_MEMORY)$/,
  );
});
