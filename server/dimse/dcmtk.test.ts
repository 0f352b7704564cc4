import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCtSeries } from '#fixtures/ct-phantom.ts';
import { readMetaInformation } from '#shared/dicom/meta-information.ts';
import type { SopInstanceUid } from '#shared/ids.ts';
import { connectTo } from './test-association.ts';
import { isInstalled, run, startTestDimse, TEST_DATA, type TestDimse } from './test-dimse.ts';

const TOOLS = ['echoscu', 'storescu', 'findscu', 'getscu', 'movescu', 'storescp'];
const missing = TOOLS.filter((tool) => !isInstalled(tool));
const note = missing.length === 0 ? '' : ` (skipped: ${missing.join(', ')} not installed)`;
if (note !== '')
  process.stdout.write(`skipped: DIMSE with DCMTK, because these are not installed: ${missing.join(', ')}\n`);
const NEVER = new AbortController().signal;

/** storescu's options for the transfer syntax it proposes first, and the file of the corpus in that syntax. */
const SYNTAXES: readonly (readonly [option: string, uid: string, file: string])[] = [
  ['-xe', '1.2.840.10008.1.2.1', 'CTImage_LittleEndianExplicit_1.2.840.10008.1.2.1.dcm'],
  ['-xi', '1.2.840.10008.1.2', 'CTImage_LittleEndianImplicit_1.2.840.10008.1.2.dcm'],
  ['-xb', '1.2.840.10008.1.2.2', 'CTImage_BigEndianExplicit_1.2.840.10008.1.2.2.dcm'],
  ['-xr', '1.2.840.10008.1.2.5', 'CTImage_RLELossless_1.2.840.10008.1.2.5.dcm'],
  ['-xy', '1.2.840.10008.1.2.4.50', 'CTImage_JPEGProcess1_1.2.840.10008.1.2.4.50.dcm'],
  ['-xx', '1.2.840.10008.1.2.4.51', 'CTImage_JPEGProcess2_4_1.2.840.10008.1.2.4.51.dcm'],
  ['-xs', '1.2.840.10008.1.2.4.70', 'CTImage_JPEGProcess14SV1_1.2.840.10008.1.2.4.70.dcm'],
  ['-xt', '1.2.840.10008.1.2.4.80', 'CTImage_JPEGLSLossless_1.2.840.10008.1.2.4.80.dcm'],
  ['-xu', '1.2.840.10008.1.2.4.81', 'CTImage_JPEGLSLossy_1.2.840.10008.1.2.4.81.dcm'],
  ['-xv', '1.2.840.10008.1.2.4.90', 'CTImage_JPEG2000LosslessOnly_1.2.840.10008.1.2.4.90.dcm'],
  ['-xw', '1.2.840.10008.1.2.4.91', 'CTImage_JPEG2000_1.2.840.10008.1.2.4.91.dcm'],
  ['-xd', '1.2.840.10008.1.2.1.99', 'image_dfl.dcm'],
];
const corpus = join(TEST_DATA, 'transfer-syntax');
const noCorpus = existsSync(corpus) ? '' : ' (skipped: no test data at CONSILIUM_TEST_DATA)';

describe.skipIf(missing.length > 0)(`DIMSE with DCMTK${note}`, () => {
  let dimse: TestDimse;
  let folder: string;
  let files: string[];
  beforeAll(async () => {
    dimse = await startTestDimse();
    folder = await mkdtemp(join(tmpdir(), 'consilium-dcmtk-'));
    await writeCtSeries(join(folder, 'ct'), { slices: 5, size: 64 });
    files = (await readdir(join(folder, 'ct'))).map((name) => join(folder, 'ct', name));
    const { id } = await dimse.server.draft();
    await dimse.addPeer('DCMTK', 'referrer', { consultationId: id });
    await dimse.addPeer('OTHER', 'referrer2');
  });
  afterAll(async () => {
    await dimse.close();
    await rm(folder, { recursive: true, force: true });
  });

  const scu = (tool: string, calling: string, args: readonly string[]) =>
    run(tool, ['-aec', 'CONSILIUM', '-aet', calling, '127.0.0.1', String(dimse.port), ...args], folder);
  const bodyOf = async (path: string): Promise<Buffer> => {
    const bytes = await readFile(path);
    return bytes.subarray(readMetaInformation(bytes, bytes.byteLength).endBytes);
  };
  const study = async (): Promise<string> => {
    const { output } = await scu('findscu', 'DCMTK', [
      '-S',
      '-k',
      'QueryRetrieveLevel=STUDY',
      '-k',
      'StudyInstanceUID',
      '-k',
      'PatientName=*phantom*',
    ]);
    return /\(0020,000d\) UI \[([0-9.]+)/.exec(output)?.[1] ?? '';
  };

  it('echoscu: answers known callers only', async () => {
    expect((await scu('echoscu', 'DCMTK', [])).code).toBe(0);
    const refused = await scu('echoscu', 'NOBODY', []);
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(/Calling AE Title Not Recognized/);
  });

  it('storescu, findscu, getscu: a series goes in and comes back byte for byte', async () => {
    expect(await scu('storescu', 'DCMTK', files)).toMatchObject({ code: 0 });
    const uid = await study();
    expect(uid).toMatch(/^[0-9.]+$/);
    const found = await scu('findscu', 'DCMTK', [
      '-S',
      '-k',
      'QueryRetrieveLevel=SERIES',
      '-k',
      `StudyInstanceUID=${uid}`,
      '-k',
      'Modality',
      '-k',
      'NumberOfSeriesRelatedInstances',
    ]);
    expect(found.output).toMatch(/\(0008,0060\) CS \[CT\]/);
    expect(found.output).toMatch(/\(0020,1209\) IS \[5 ?\]/);

    const out = join(folder, 'got');
    await mkdir(out);
    const got = await scu('getscu', 'DCMTK', [
      '-S',
      '-od',
      out,
      '+B',
      '-k',
      'QueryRetrieveLevel=STUDY',
      '-k',
      `StudyInstanceUID=${uid}`,
    ]);
    expect(got).toMatchObject({ code: 0 });
    const received = await readdir(out);
    expect(received).toHaveLength(files.length);
    const sent = new Set(await Promise.all(files.map(async (file) => (await bodyOf(file)).toString('base64'))));
    for (const name of received) expect(sent.has((await bodyOf(join(out, name))).toString('base64'))).toBe(true);
  });

  it('RULE 4: another peer finds and gets nothing of it', async () => {
    const uid = await study();
    expect(uid).not.toBe('');
    const found = await scu('findscu', 'OTHER', [
      '-S',
      '-k',
      'QueryRetrieveLevel=STUDY',
      '-k',
      `StudyInstanceUID=${uid}`,
    ]);
    expect(found).toMatchObject({ code: 0 });
    expect(found.output).not.toContain(uid);
    const out = join(folder, 'stolen');
    await mkdir(out);
    await scu('getscu', 'OTHER', ['-S', '-od', out, '-k', 'QueryRetrieveLevel=STUDY', '-k', `StudyInstanceUID=${uid}`]);
    expect(await readdir(out)).toEqual([]);
  });

  it('movescu: sends to a storescp that is on the list', async () => {
    const uid = await study();
    const out = join(folder, 'moved');
    await mkdir(out);
    const port = await freePort();
    const scp = spawn('storescp', ['-od', out, '+xa', '+B', String(port)], { stdio: 'ignore' });
    try {
      await reachable(port);
      await dimse.addPeer('STORESCP', 'referrer', { destination: { host: '127.0.0.1', port } });
      const moved = await scu('movescu', 'DCMTK', [
        '-S',
        '-aem',
        'STORESCP',
        '-k',
        'QueryRetrieveLevel=STUDY',
        '-k',
        `StudyInstanceUID=${uid}`,
      ]);
      expect(moved).toMatchObject({ code: 0 });
    } finally {
      scp.kill();
    }
    const sent = new Set(await Promise.all(files.map(async (file) => (await bodyOf(file)).toString('base64'))));
    const received = await readdir(out);
    expect(received).toHaveLength(files.length);
    for (const name of received) expect(sent.has((await bodyOf(join(out, name))).toString('base64'))).toBe(true);
  });

  it.skipIf(noCorpus !== '').each(SYNTAXES)(
    `storescu %s: takes transfer syntax %s${noCorpus}`,
    async (option, uid, name) => {
      // The corpus has one image in every syntax, under one UID: each copy gets its own, of the same length.
      const bytes = await readFile(join(corpus, name));
      const own = uid.endsWith('.99')
        ? null
        : `9${String(SYNTAXES.findIndex(([one]) => one === option)).padStart(2, '0')}`;
      const original = sopInstanceUid(bytes);
      const instance = own === null ? original : `${original.slice(0, -3)}${own}`;
      const path = join(folder, `${uid}.dcm`);
      await writeFile(path, replaced(bytes, original, instance));
      expect(await scu('storescu', 'DCMTK', [option, path])).toMatchObject({ code: 0 });
      const { db, blobs } = dimse.server.services;
      const stored = await db.material.instance(instance as SopInstanceUid);
      expect(stored?.transferSyntaxUid).toBe(uid);
      if (stored === null || uid.endsWith('.99')) return;
      const blob = await blobs.open(stored.sha256, NEVER);
      const whole = Buffer.from(await blob.read(0, blob.sizeBytes, NEVER));
      // What DCMTK sends it writes anew, apart from the pixels: their last thousand bytes are the file's.
      const tail = bytes.subarray(-2048, -1024);
      expect(whole.includes(tail)).toBe(true);
    },
  );
});

/** From the meta information, where it is in Explicit VR Little Endian in every file. */
function sopInstanceUid(bytes: Buffer): string {
  const at = bytes.indexOf(Buffer.from([0x02, 0x00, 0x03, 0x00, 0x55, 0x49]));
  const value = bytes.subarray(at + 8, at + 8 + bytes.readUInt16LE(at + 6)).toString('latin1');
  return value.replaceAll('\0', '');
}

function replaced(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function reachable(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = await connectTo(port).catch(() => null);
    if (socket !== null) {
      socket.destroy();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('storescp does not listen');
}
