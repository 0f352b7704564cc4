import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as yauzl from 'yauzl';
import { writeCtSeries } from '#fixtures/ct-phantom.ts';
import { importPath } from '#server/domain/import-path.ts';
import { startTestServer, type TestServer } from '#server/http/test-server.ts';
import { deidentificationPaths } from '#shared/api/deidentification.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import type { DicomDataset } from '#shared/dicom/dataset.ts';
import { profileRule } from '#shared/dicom/deidentification/profile.ts';
import { type DicomHeader, parseDicomHeader } from '#shared/dicom/header.ts';
import { TAG } from '#shared/dicom/tag.ts';

const NAME = 'BEEBLEBROX^ZAPHOD';
const PATIENT_ID = 'HHGTTG-42-4711';

let server: TestServer;
let consultation: Consultation;
let originals: { header: DicomHeader; bytes: Buffer }[];
let studyUid: string;
let seriesUid: string;

const headerOf = (bytes: Uint8Array) => parseDicomHeader(bytes, { inflate: (stream) => inflateRawSync(stream) });
const archiveOf = (id: string, query = '') => `${deidentificationPaths.archive(id)}${query}`;

async function unzip(archive: Buffer): Promise<Map<string, Buffer>> {
  const zip = await yauzl.fromBufferPromise(archive, { lazyEntries: true });
  const found = new Map<string, Buffer>();
  for await (const entry of zip.eachEntry()) {
    const stream = await zip.openReadStreamPromise(entry);
    found.set(entry.fileName, await buffer(stream));
  }
  return found;
}

async function exported(query = ''): Promise<{ files: Buffer[]; manifest: { written: number; leftOut: object } }> {
  const referrer = await server.as('referrer');
  const answer = await referrer.get(archiveOf(consultation.id, query));
  expect(answer.statusCode, answer.body.slice(0, 200)).toBe(200);
  expect(answer.headers['content-type']).toBe('application/zip');
  const files = await unzip(answer.rawPayload);
  const manifest = JSON.parse(files.get('manifest.json')?.toString() ?? 'null');
  return { files: [...files].filter(([name]) => name.endsWith('.dcm')).map(([, bytes]) => bytes), manifest };
}

beforeAll(async () => {
  server = await startTestServer();
  consultation = await server.ready();
  const folder = join(server.dataDir, 'made');
  const ct = await writeCtSeries(folder, { slices: 3, size: 64, patientName: NAME, patientId: PATIENT_ID });
  ({ studyUid, seriesUid } = ct);
  const bytes = await Promise.all(ct.instances.map(({ file }) => readFile(join(folder, file))));
  originals = bytes.map((original) => ({ header: headerOf(original), bytes: original }));
  const report = await importPath(
    server.services.material.ingest,
    { path: folder, consultationId: consultation.id, actor: null },
    new AbortController().signal,
  );
  expect(report.stored).toHaveLength(3);
}, 60_000);
afterAll(() => server.close());

describe('GET /api/consultations/:id/deidentified.zip', () => {
  test('holds every instance without name, id, UID or date, and the same pixels', async () => {
    const { files, manifest } = await exported();
    expect(manifest).toMatchObject({ written: 3, leftOut: {} });
    expect(files).toHaveLength(3);
    const { dataset } = originals[0]!.header;
    const secrets = ['BEEBLEBROX', 'ZAPHOD', PATIENT_ID, studyUid, seriesUid, dataset.text(TAG.StudyDate) ?? 'no date'];
    for (const [i, bytes] of files.entries()) {
      const header = headerOf(bytes);
      const at = header.pixelData?.offsetBytes ?? 0;
      const text = bytes.subarray(0, at).toString('latin1').toUpperCase();
      for (const secret of secrets) expect(text.includes(secret), secret).toBe(false);
      for (const original of originals) expect(text).not.toContain(original.header.dataset.text(TAG.SOPInstanceUID));
      const source = originals[i]!;
      expect(bytes.subarray(at).equals(source.bytes.subarray(source.header.pixelData!.offsetBytes))).toBe(true);
      expect(header.dataset.text(0x00120062)).toBe('YES');
    }
    const series = new Set(files.map((bytes) => headerOf(bytes).dataset.text(TAG.SeriesInstanceUID)));
    expect(series.size).toBe(1);
  });

  test('gives the same replacements each time', async () => {
    const [first, second] = [await exported(), await exported()];
    expect(second.files.every((bytes, i) => bytes.equals(first.files[i]!))).toBe(true);
  });

  test('blanks rectangles in every slice of the series it names', async () => {
    const { files } = await exported(`?blank=${seriesUid}:0,0,64,8`);
    for (const bytes of files) {
      const { pixelData, dataset } = headerOf(bytes);
      const pixels = bytes.subarray(pixelData!.offsetBytes);
      expect(pixels.subarray(0, 64 * 8 * 2).every((byte) => byte === 0)).toBe(true);
      expect(pixels.subarray(64 * 8 * 2).some((byte) => byte !== 0)).toBe(true);
      expect(dataset.text(0x00280301)).toBe('NO');
    }
    const other = await exported('?blank=1.2.3:0,0,64,8');
    expect(headerOf(other.files[0]!).dataset.items(0x00120064)).toHaveLength(1);
  });

  test('moves dates alike with dates=moved', async () => {
    const { files } = await exported('?dates=moved');
    const dates = new Set(files.map((bytes) => headerOf(bytes).dataset.text(TAG.StudyDate)));
    expect(dates.size).toBe(1);
    expect([...dates][0]).toMatch(/^\d{8}$/);
    expect(dates.has(originals[0]!.header.dataset.text(TAG.StudyDate))).toBe(false);
  });

  test('writes an audit row before it is sent', async () => {
    await exported();
    const [row] = await server.services.db.audit.page({ consultationId: consultation.id, limit: 1 });
    expect(row).toMatchObject({ action: 'material.export', outcome: 'success' });
  });

  test.each(['?blank=1,2,3', '?blank=0,0,0,5', '?blank=a,b,c,d', '?dates=kept', '?device=removed'])(
    'refuses %s with 400',
    async (query) => {
      const answer = await (await server.as('referrer')).get(archiveOf(consultation.id, query));
      expect(answer.statusCode).toBe(400);
    },
  );

  test('RULE 4: coordinator and assigned experts may; others see nothing', async () => {
    for (const who of ['coordinator', 'radiologist', 'pathologist'] as const) {
      expect((await (await server.as(who)).get(archiveOf(consultation.id))).statusCode, who).toBe(200);
    }
    for (const who of ['referrer2', 'radiologist2', 'admin', 'auditor'] as const) {
      expect((await (await server.as(who)).get(archiveOf(consultation.id))).statusCode, who).toBe(404);
    }
    expect((await server.anonymous({ url: archiveOf(consultation.id) })).statusCode).toBe(401);
  });

  test('says so when there is no DICOM object', async () => {
    const empty = await server.draft();
    const answer = await (await server.as('referrer')).get(archiveOf(empty.id));
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'NOTHING_TO_EXPORT']);
  });
});

const DATA = process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'data');
const PYTHON = '/usr/bin/python3';
const pydicom = (() => {
  try {
    execFileSync(PYTHON, ['-c', 'import pydicom'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** Every value of an attribute that the profile does not leave, as the file spells it. */
function secretsOf(dataset: DicomDataset): string[] {
  return [...dataset.inOrder()].flatMap(({ tag }) => {
    const vr = dataset.vr(tag) ?? '';
    if (vr === 'SQ') return dataset.items(tag).flatMap(secretsOf);
    const hidden = vr === 'UI' ? profileRule(tag)?.action === 'U' : vr === 'PN' || /^0010(0020|0030)/.test(hex(tag));
    const values = hidden ? dataset.texts(tag) : [];
    return values.filter((value) => value.length > 8 && !value.startsWith('1.2.840.10008.'));
  });
}

const hex = (tag: number) => tag.toString(16).padStart(8, '0');

describe.skipIf(!existsSync(DATA))(`real files (skipped without CONSILIUM_TEST_DATA or ${DATA})`, () => {
  test.each(['transfer-syntax', 'charset', 'objects/sr', 'wsi-dicom'].filter((name) => existsSync(join(DATA, name))))(
    '%s: nothing of the originals is left and pydicom reads every file',
    async (name) => {
      const { services } = server;
      const target = await server.draft();
      const report = await importPath(
        services.material.ingest,
        { path: join(DATA, name), consultationId: target.id, actor: null },
        new AbortController().signal,
      );
      const referrer = await server.as('referrer');
      const answer = await referrer.get(archiveOf(target.id));
      expect(answer.statusCode).toBe(200);
      const files = await unzip(answer.rawPayload);
      const secrets = new Set<string>();
      for (const path of await readdir(join(DATA, name), { recursive: true })) {
        const full = join(DATA, name, path);
        if (!(await stat(full)).isFile()) continue;
        try {
          for (const secret of secretsOf(headerOf(await readFile(full)).dataset)) secrets.add(secret);
        } catch {
          // Not DICOM: nothing of it was stored.
        }
      }
      expect(report.stored.length).toBeGreaterThan(0);
      expect(secrets.size).toBeGreaterThan(0);
      const folder = await mkdtemp(join(tmpdir(), 'consilium-deidentified-'));
      try {
        for (const [file, bytes] of files) {
          const end = file.endsWith('.dcm') ? (headerOf(bytes).pixelData?.offsetBytes ?? bytes.length) : bytes.length;
          const text = bytes.subarray(0, end).toString('latin1');
          for (const secret of secrets) expect(text.includes(secret), `${file} ${secret.length}`).toBe(false);
          if (file.endsWith('.dcm')) await writeFile(join(folder, file.replaceAll('/', '-')), bytes);
        }
        if (!pydicom) return tellAboutPydicom();
        const read =
          'import sys,os,pydicom\nfor n in os.listdir(sys.argv[1]): str(pydicom.dcmread(os.path.join(sys.argv[1],n)))';
        execFileSync(PYTHON, ['-W', 'ignore', '-c', read, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    120_000,
  );
});

function tellAboutPydicom(): void {
  process.stderr.write('pydicom is not installed: its reading of the files was not checked\n');
}
