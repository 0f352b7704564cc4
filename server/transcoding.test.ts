import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeFrame } from '#server/codecs/decode-frame.ts';
import { buildFrameIndex } from '#server/codecs/frame-index.ts';
import { inflateBounded } from '#server/codecs/inflate.ts';
import { frameTransferSyntax, readFrame } from '#server/codecs/read-frame.ts';
import { importPath } from '#server/domain/import-path.ts';
import { objectSyntaxes } from '#server/domain/outgoing-object.ts';
import { everythingIn } from '#server/domain/search-reach.ts';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import { toDicomJson } from '#shared/dicom/dicom-json.ts';
import { parseDicomHeader } from '#shared/dicom/header.ts';
import { describeInstance } from '#shared/dicom/instance.ts';
import { HTJ2K_LOSSLESS, HTJ2K_LOSSLESS_RPCL, JPEG_LS_LOSSLESS } from '#shared/dicom/transcoding.ts';
import { EXPLICIT_LITTLE_ENDIAN } from '#shared/dicom/transfer-syntax.ts';
import { AppError } from '#shared/errors.ts';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';

const DATA = resolve(process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../shared/data'));
const present = existsSync(join(DATA, 'transfer-syntax'));
const FOLDERS = ['transfer-syntax', 'color', 'pixel', 'multiframe', 'projection', 'pet'];
const OBJECTS = ['objects/sr', 'objects/pr', 'objects/rt', 'objects/pm', 'objects/seg-highdicom', 'objects/palette'];
/** Attributes of the Image Pixel module that describe the coding, and what says that bits were lost before. */
const CODING = ['00083002', '00280004', '00280006', '00280102', '00282110'];
const MOST_FRAMES = 3;
/** All frames of an object are made; larger files say nothing that smaller ones do not. */
const MOST_BYTES = 300_000;
const run = promisify(execFile);
const noSignal = new AbortController().signal;

interface Held {
  readonly name: string;
  readonly file: Buffer;
  readonly place: { studyUid: StudyUid; seriesUid: SeriesUid; sopInstanceUid: SopInstanceUid };
  readonly syntaxes: string[];
}

let server: TestServer;
let referrer: SignedIn;
let held: Held[];
const tools = new Map<string, boolean>();

/** Several files are copies of one image: each gets a UID of its own, of the same length. */
function withOwnUid(file: Buffer, number: number): Buffer {
  const header = parse(file);
  const uid = header.dataset.text(0x00080018) ?? '';
  if (header.deflatedFromBytes !== null || uid.length < 20) return file;
  const own = `${uid.slice(0, -4)}${String(number + 1000)}`;
  return Buffer.from(file.toString('latin1').replaceAll(uid, own), 'latin1');
}

const parse = (bytes: Uint8Array) => parseDicomHeader(bytes, { inflate: inflateBounded });

async function framesOf(bytes: Uint8Array) {
  const header = parse(bytes);
  const { image } = describeInstance(header);
  if (image === null) return null;
  const read = async (offset: number, length: number) => bytes.slice(offset, offset + length);
  const index = await buildFrameIndex(read, bytes.length, header, image, noSignal);
  const frames = [];
  for (let n = 1; n <= Math.min(MOST_FRAMES, image.numberOfFrames); n++) {
    const coded = await readFrame(read, index, n);
    const uid = frameTransferSyntax(header.transferSyntaxUid);
    const { pixels, photometricInterpretation } = await decodeFrame(coded, image, uid, n);
    frames.push({ values: Buffer.from(Float64Array.from(pixels).buffer), photometricInterpretation });
  }
  return frames;
}

function comparable(bytes: Uint8Array) {
  const json: Record<string, unknown> = { ...toDicomJson(parse(bytes)) };
  for (const tag of CODING) delete json[tag];
  // Icons and other pixels below the top that are in the old coding do not fit the new one.
  const icon = JSON.stringify(json['00880200'] ?? '');
  if (icon.includes('"7FE00010":{"vr":"OB"}')) delete json['00880200'];
  // Places of values in the file differ.
  return JSON.parse(
    JSON.stringify(json)
      .replace(/"BulkDataURI":"[^"]*"/g, '"BulkDataURI":""')
      .replace(/,?"7FE00010":{"vr":"OB"}/g, ''),
  );
}

beforeAll(async () => {
  if (!present) return;
  for (const tool of ['dcmdump', 'dciodvfy', 'dcmdjpls']) {
    tools.set(tool, await run('sh', ['-c', `command -v ${tool}`]).then(Boolean, () => false));
  }
  server = await startTestServer();
  referrer = await server.as('referrer');
  const consultation = await server.draft();
  const folder = join(server.dataDir, 'corpus');
  await mkdir(folder, { recursive: true });
  const paths = (
    await Promise.all(
      [...FOLDERS, ...OBJECTS].map(async (sub) =>
        (
          await readdir(join(DATA, sub), { withFileTypes: true })
        )
          .filter((entry) => entry.isFile())
          .map((entry) => join(DATA, sub, entry.name)),
      ),
    )
  ).flat();
  for (const [at, path] of paths.entries()) {
    const bytes = await readFile(path);
    if (bytes.byteLength > MOST_BYTES) continue;
    try {
      await writeFile(join(folder, `${at}-${basename(path)}`), withOwnUid(bytes, at));
    } catch {
      // What cannot be read is refused by ingest, which other tests look at.
    }
  }
  const request = { path: folder, consultationId: consultation.id, actor: referrer.principal };
  const { ingest, frames } = server.services.material;
  const { stored } = await importPath(ingest, request, noSignal);
  held = [];
  for (const { name, outcome } of stored) {
    if (outcome !== 'stored') continue;
    const file = await readFile(join(folder, basename(name)));
    const { dataset } = parse(file);
    const place = {
      studyUid: dataset.text(0x0020000d) as StudyUid,
      seriesUid: dataset.text(0x0020000e) as SeriesUid,
      sopInstanceUid: dataset.text(0x00080018) as SopInstanceUid,
    };
    const syntaxes = objectSyntaxes(await frames.directory.find(everythingIn(consultation.id), place));
    held.push({ name: basename(name), file, place, syntaxes });
  }
}, 120_000);
afterAll(() => server?.close());

/** The forms that are made; HTJ2K once, since both its names give the same stream. */
const madeOf = ({ syntaxes }: Held) => syntaxes.slice(1).filter((uid) => uid !== HTJ2K_LOSSLESS);

function retrieve({ place }: Held, transferSyntaxUid: string) {
  const { studyUid, seriesUid, sopInstanceUid } = place;
  return referrer.inject({
    method: 'GET',
    url: `/dicom-web/studies/${studyUid}/series/${seriesUid}/instances/${sopInstanceUid}`,
    headers: { accept: `application/dicom; transfer-syntax=${transferSyntaxUid}` },
  });
}

async function errorsOf(path: string): Promise<string[]> {
  const said = await run('dciodvfy', [path], { maxBuffer: 1e8 }).catch((error: { stderr: string }) => error);
  return [...new Set(said.stderr.split('\n').filter((line) => line.startsWith('Error')))].sort();
}

describe.skipIf(!present)(`objects in other transfer syntaxes (${present ? DATA : 'absent: no test data'})`, () => {
  test('there is enough to look at', () => {
    const pairs = held.flatMap(({ syntaxes }) => syntaxes.slice(1));
    expect(held.length).toBeGreaterThan(60);
    expect(pairs.length).toBeGreaterThan(120);
  });

  test('PS3.5 section 8.2, PS3.18 section 8.7: the same values and the same header in every form', async () => {
    for (const one of held) {
      const original = await framesOf(one.file).catch((error: AppError) => error);
      for (const uid of madeOf(one)) {
        const what = `${one.name} as ${uid}`;
        const answer = await retrieve(one, uid);
        if (original instanceof AppError) {
          // Nothing is sent of what cannot be decoded, unless no pixel has to be.
          if (answer.statusCode !== 200) expect(answer.json().code, what).toBe(original.code);
          else expect(uid, what).toBe(EXPLICIT_LITTLE_ENDIAN);
          continue;
        }
        expect(answer.statusCode, `${what}: ${answer.body.slice(0, 200)}`).toBe(200);
        expect(answer.headers['content-type'], what).toBe(`application/dicom; transfer-syntax=${uid}`);
        const made = answer.rawPayload;
        expect(parse(made).transferSyntaxUid, what).toBe(uid);
        expect(comparable(made), what).toEqual(comparable(one.file));
        const again = await framesOf(made);
        expect(again?.length, what).toBe(original?.length);
        for (const [n, frame] of (again ?? []).entries()) {
          expect(frame.values.equals(original?.[n]?.values ?? Buffer.alloc(0)), `${what}, frame ${n + 1}`).toBe(true);
        }
      }
    }
  }, 600_000);

  test('other programs read them, and see no fault that the original has not', async () => {
    if (tools.get('dcmdump') !== true || tools.get('dciodvfy') !== true) {
      process.stdout.write('dcmdump or dciodvfy is not installed: files are not checked with them\n');
      return;
    }
    const faults: string[] = [];
    const [before, after] = [join(server.dataDir, 'before.dcm'), join(server.dataDir, 'after.dcm')];
    for (const one of held) {
      await writeFile(before, one.file);
      const known = await errorsOf(before);
      // Deflated files and a few others it cannot read to the end.
      if (known.some((error) => error.includes('read failed'))) continue;
      for (const uid of madeOf(one)) {
        const answer = await retrieve(one, uid);
        if (answer.statusCode !== 200) continue;
        await writeFile(after, answer.rawPayload);
        const what = `${one.name} as ${uid}`;
        await run('dcmdump', ['-q', '+L', after], { maxBuffer: 1e9 }).catch((error) =>
          faults.push(`${what}: ${error}`),
        );
        // dciodvfy does not know HTJ2K and takes it for uncompressed.
        if (uid === HTJ2K_LOSSLESS_RPCL) continue;
        const fresh = (await errorsOf(after)).filter((error) => !known.includes(error));
        faults.push(...fresh.map((error) => `${what}: ${error}`));
      }
    }
    expect(faults).toEqual([]);
  }, 600_000);

  test('PS3.3 annex F: dciodvfy finds no error in the directories of archives', async () => {
    if (tools.get('dciodvfy') !== true) {
      process.stdout.write('dciodvfy is not installed: DICOMDIR is not checked with it\n');
      return;
    }
    const path = join(server.dataDir, 'DICOMDIR');
    for (const studyUid of new Set(held.map(({ place }) => place.studyUid))) {
      const headers = { accept: 'application/zip' };
      const answer = await referrer.inject({ method: 'GET', url: `/dicom-web/studies/${studyUid}`, headers });
      const archive = answer.rawPayload;
      // The last entry, behind which the description of its size stands.
      const start = archive.lastIndexOf('DICM') - 128;
      await writeFile(path, archive.subarray(start, archive.lastIndexOf('PK\x07\x08')));
      // The UIDs are those of the objects, whatever their makers thought of the rules.
      const errors = (await errorsOf(path)).filter((error) => !error.includes('Illegal root for UID'));
      expect(errors, studyUid).toEqual([]);
    }
  }, 600_000);

  test('DCMTK decodes JPEG-LS to the pixels we send uncompressed', async () => {
    if (tools.get('dcmdjpls') !== true) {
      process.stdout.write('dcmdjpls is not installed: JPEG-LS is not decoded with it\n');
      return;
    }
    const faults: string[] = [];
    let compared = 0;
    const [coded, plain] = [join(server.dataDir, 'jls.dcm'), join(server.dataDir, 'plain.dcm')];
    for (const one of held) {
      if (!one.syntaxes.includes(JPEG_LS_LOSSLESS)) continue;
      const answer = await retrieve(one, JPEG_LS_LOSSLESS);
      if (answer.statusCode !== 200) continue;
      await writeFile(coded, answer.rawPayload);
      try {
        await run('dcmdjpls', [coded, plain]);
        const theirs = await framesOf(await readFile(plain));
        const ours = await framesOf(one.file);
        const same = ours?.every(({ values }, n) => theirs?.[n]?.values.equals(values) === true);
        if (same !== true) faults.push(`${one.name}: other pixels`);
      } catch (error) {
        faults.push(`${one.name}: ${error}`);
      }
      compared++;
    }
    expect(faults).toEqual([]);
    expect(compared).toBeGreaterThan(20);
  }, 600_000);
});
