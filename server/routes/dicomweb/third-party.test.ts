import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import { startTestServer, type TestServer } from '#server/http/test-server.ts';
import { TestXmlHttpRequest } from './test-xml-http-request.ts';

/** What of the client's interface is used here; its own types speak of the browser. */
interface Client {
  storeInstances(options: { datasets: ArrayBuffer[]; studyInstanceUID?: string }): Promise<string>;
  searchForStudies(options?: { queryParams: Record<string, string> }): Promise<Record<string, { Value?: unknown[] }>[]>;
  searchForSeries(options: { studyInstanceUID: string }): Promise<Record<string, { Value?: unknown[] }>[]>;
  searchForInstances(options: object): Promise<Record<string, { Value?: unknown[] }>[]>;
  retrieveSeriesMetadata(options: object): Promise<Record<string, { Value?: unknown[] }>[]>;
  retrieveStudy(options: object): Promise<ArrayBuffer[]>;
  retrieveSeries(options: object): Promise<ArrayBuffer[]>;
  retrieveInstance(options: object): Promise<ArrayBuffer>;
  retrieveInstanceFrames(options: object): Promise<ArrayBuffer[]>;
  retrieveInstanceRendered(options: object): Promise<ArrayBuffer[]>;
}

let server: TestServer;
let ct: CtSeries;
let files: Buffer[];
let client: Client;
let place: { studyInstanceUID: string; seriesInstanceUID: string };

beforeAll(async () => {
  server = await startTestServer();
  const referrer = await server.as('referrer');
  const consultation = await server.draft();
  ct = await writeCtSeries(join(server.dataDir, 'ct'), { slices: 3, size: 64 });
  files = await Promise.all(ct.instances.map(({ file }) => readFile(join(ct.folder, file))));
  place = { studyInstanceUID: ct.studyUid, seriesInstanceUID: ct.seriesUid };
  const address = await server.app.listen({ port: 0, host: '127.0.0.1' });
  vi.stubGlobal('XMLHttpRequest', TestXmlHttpRequest);
  // The package's ES module is not marked as one; the other build loads anywhere.
  const { api } = createRequire(import.meta.url)('dicomweb-client') as {
    api: { DICOMwebClient: new (options: object) => Client };
  };
  client = new api.DICOMwebClient({
    ...{ url: `${address}/dicom-web`, verbose: false },
    headers: { cookie: referrer.cookie, 'x-consultation': consultation.id },
  });
}, 60_000);
afterAll(async () => {
  vi.unstubAllGlobals();
  await server.close();
});

const same = (bytes: ArrayBuffer, file: Buffer | undefined) => file !== undefined && Buffer.from(bytes).equals(file);
const exact = (file: Buffer): ArrayBuffer => Uint8Array.from(file).buffer;

describe('dicomweb-client against the listening server', () => {
  test('stores, and stores again', async () => {
    for (const options of [{}, { studyInstanceUID: ct.studyUid }]) {
      const answer = JSON.parse(await client.storeInstances({ datasets: files.map(exact), ...options }));
      expect(answer['00081199'].Value).toHaveLength(3);
    }
  });

  test('is refused what belongs to another study', async () => {
    const storing = client.storeInstances({ datasets: files.map(exact), studyInstanceUID: '1.2.3' });
    await expect(storing).rejects.toMatchObject({ status: 409 });
  });

  test('searches at all levels', async () => {
    const [study] = await client.searchForStudies({ queryParams: { PatientName: 'DEMO*' } });
    expect(study?.['0020000D']?.Value).toEqual([ct.studyUid]);
    const [series] = await client.searchForSeries({ studyInstanceUID: ct.studyUid });
    expect(series?.['0020000E']?.Value).toEqual([ct.seriesUid]);
    expect(await client.searchForInstances(place)).toHaveLength(3);
  });

  test('retrieves metadata, and objects at all levels bit for bit', async () => {
    expect(await client.retrieveSeriesMetadata(place)).toHaveLength(3);
    for (const found of [await client.retrieveStudy(place), await client.retrieveSeries(place)]) {
      expect(found.map((bytes, at) => same(bytes, files[at]))).toEqual([true, true, true]);
    }
    const sopInstanceUID = ct.instances[1]!.sopInstanceUid;
    expect(same(await client.retrieveInstance({ ...place, sopInstanceUID }), files[1])).toBe(true);
  });

  test('retrieves frames in another transfer syntax', async () => {
    const sopInstanceUID = ct.instances[0]!.sopInstanceUid;
    const wanted = (mediaType: string, transferSyntaxUID: string) => ({
      mediaTypes: [{ mediaType, transferSyntaxUID }],
    });
    const [frame] = await client.retrieveInstanceFrames({
      ...{ ...place, sopInstanceUID, frameNumbers: [1] },
      ...wanted('image/jls', '1.2.840.10008.1.2.4.80'),
    });
    expect(Buffer.from(frame!).subarray(0, 4).toString('hex')).toBe('ffd8fff7');
  });

  test('retrieves frames and pictures', async () => {
    const sopInstanceUID = ct.instances[0]!.sopInstanceUid;
    const frames = await client.retrieveInstanceFrames({ ...place, sopInstanceUID, frameNumbers: [1] });
    expect(frames).toHaveLength(1);
    expect(same(frames[0]!, files[0]!.subarray(-64 * 64 * 2))).toBe(true);
    const mediaTypes = [{ mediaType: 'image/png' }];
    const [picture] = await client.retrieveInstanceRendered({ ...place, sopInstanceUID, mediaTypes });
    expect(Buffer.from(picture!).subarray(1, 4).toString()).toBe('PNG');
  });
});
