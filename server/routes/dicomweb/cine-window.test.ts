import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SignedIn, startTestServer, type TestServer } from '#server/http/test-server.ts';
import { sample, sampleInstance, samplePart10 } from '#shared/dicom/sample-dataset.ts';
import { autoWindow } from '#shared/imaging/window.ts';
import { bring } from './test-renderables.ts';

const CELLS = 16 * 8;
/** A ramp that gets brighter from frame to frame: a window for each would make them all alike. */
const FRAMES = [0, 40, 110].map((more) => Uint8Array.from({ length: CELLS }, (_, at) => at + more));
const PATH = '/dicom-web/studies/1.2.3.4/series/1.2.3.9.50/instances/1.2.3.9.50.1';

let server: TestServer;
let referrer: SignedIn;

beforeAll(async () => {
  server = await startTestServer();
  referrer = await server.as('referrer');
  const consultation = await server.draft();
  const numbers: [number, number][] = [
    [0x00280002, 1],
    [0x00280010, 8],
    [0x00280011, 16],
    [0x00280100, 8],
    [0x00280101, 8],
    [0x00280102, 7],
    [0x00280103, 0],
  ];
  const bytes = samplePart10(
    sampleInstance(
      [
        sample(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.7.2'),
        sample(0x00080018, 'UI', '1.2.3.9.50.1'),
        sample(0x00080060, 'CS', 'US'),
        sample(0x00100020, 'LO', 'ID-7'),
        sample(0x0020000d, 'UI', '1.2.3.4'),
        sample(0x0020000e, 'UI', '1.2.3.9.50'),
        sample(0x00280004, 'CS', 'MONOCHROME2'),
        sample(0x00280008, 'IS', '3'),
        ...numbers.map(([tag, value]) => sample(tag, 'US', [value])),
        sample(0x7fe00010, 'OB', Buffer.concat(FRAMES)),
      ].sort((one, other) => one.tag - other.tag),
      false,
    ),
  );
  const folder = join(server.dataDir, 'cine');
  await mkdir(folder);
  await writeFile(join(folder, 'cine.dcm'), bytes);
  await bring(server, consultation, referrer, folder);
}, 60_000);
afterAll(() => server.close());

const gif = async (query: string) =>
  (await referrer.inject({ method: 'GET', url: `${PATH}/rendered${query}`, headers: { accept: 'image/gif' } }))
    .rawPayload;

test('frames without a window move in one, that of the middle frame, and do not flicker', async () => {
  const windows = FRAMES.map((values) => autoWindow(values));
  const animated = await gif('');
  expect(animated.subarray(0, 6).toString('latin1')).toBe('GIF89a');
  const same = await Promise.all(
    windows.map(async (one) => (await gif(`?window=${one?.center},${one?.width},linear`)).equals(animated)),
  );
  expect(same).toEqual([false, true, false]);
});
