import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCtSeries } from '#fixtures/ct-phantom.ts';
import { startTestDimse, type TestDimse } from './test-dimse.ts';

// The library is CommonJS with one minified file.
const { Client, constants, log, requests, responses } = createRequire(import.meta.url)(
  'dcmjs-dimse',
) as typeof import('dcmjs-dimse');
log.setLevel('silent');

type Request = InstanceType<typeof requests.CEchoRequest>;

describe('another implementation as the peer: dcmjs-dimse', () => {
  let dimse: TestDimse;
  let folder: string;
  let files: string[];
  beforeAll(async () => {
    dimse = await startTestDimse();
    folder = await mkdtemp(join(tmpdir(), 'consilium-dimse-'));
    await writeCtSeries(folder, { slices: 3, size: 64 });
    files = (await readdir(folder)).map((name) => join(folder, name));
    const { id } = await dimse.server.draft();
    await dimse.addPeer('LIBRARY', 'referrer', { consultationId: id });
  });
  afterAll(async () => {
    await dimse.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Sends the requests over one association and gives every status; objects of a C-GET go to `received`. */
  function send(sent: readonly Request[], received: unknown[] = []): Promise<{ statuses: number[]; found: unknown[] }> {
    const client = new Client();
    const statuses: number[] = [];
    const found: unknown[] = [];
    for (const request of sent) {
      request.on('response', (response: { getStatus(): number; hasDataset(): boolean; getDataset(): unknown }) => {
        if (response.getStatus() !== constants.Status.Pending) statuses.push(response.getStatus());
        else if (response.hasDataset()) found.push(response.getDataset());
      });
      client.addRequest(request);
    }
    return new Promise((resolve, reject) => {
      client.on('cStoreRequest', (request, callback) => {
        received.push(request.getDataset());
        const response = responses.CStoreResponse.fromRequest(request);
        response.setStatus(constants.Status.Success);
        callback(response);
      });
      client.on('networkError', reject);
      client.on('associationRejected', ({ reason }) => reject(new Error(`rejected ${reason}`)));
      client.on('closed', () => resolve({ statuses, found }));
      client.send('127.0.0.1', dimse.port, 'LIBRARY', 'CONSILIUM');
    });
  }

  it('echoes, stores, finds and gets', async () => {
    const stores = files.map((file) => new requests.CStoreRequest(file) as unknown as Request);
    expect((await send([new requests.CEchoRequest(), ...stores])).statuses).toEqual([0, 0, 0, 0]);

    const query = requests.CFindRequest.createStudyFindRequest({
      StudyInstanceUID: '',
      PatientName: '',
      ModalitiesInStudy: '',
    });
    const { statuses, found } = await send([query as unknown as Request]);
    expect(statuses).toEqual([0]);
    const [study] = found as { getElement(keyword: string): unknown }[];
    expect(found).toHaveLength(1);
    expect(study?.getElement('ModalitiesInStudy')).toBe('CT');

    const received: unknown[] = [];
    const uid = String(study?.getElement('StudyInstanceUID'));
    const get = requests.CGetRequest.createStudyGetRequest(uid);
    expect((await send([get as unknown as Request], received)).statuses).toEqual([0]);
    expect(received).toHaveLength(3);
  });
});
