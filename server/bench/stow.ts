import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeCtSeries } from '#fixtures/ct-phantom.ts';
import type { BenchRow } from './measure.ts';
import type { ProductServer } from './product-server.ts';

const BOUNDARY = 'consilium-bench';
export const STOW_TYPE = `multipart/related; type="application/dicom"; boundary=${BOUNDARY}`;
const BATCHES = [1, 50];
const TEMPLATE_SLICES = 4;

/**
 * STOW-RS of 512 × 512 CT, each request sent when the one before was answered, so that every instance is durable
 * before the next one is measured. `count` instances for each size of batch; none is sent twice.
 */
export async function benchStow(server: ProductServer, folder: string, count: number): Promise<BenchRow[]> {
  const series = await writeCtSeries(join(folder, 'stow'), { slices: TEMPLATE_SLICES, size: 512 });
  const templates = await Promise.all(
    series.instances.map(async ({ file, sopInstanceUid }) => ({
      bytes: await readFile(join(series.folder, file)),
      sopInstanceUid,
    })),
  );
  const rows: BenchRow[] = [];
  let next = 0;
  for (const batch of BATCHES) {
    const bodies = Array.from({ length: Math.ceil(count / batch) }, () =>
      stowBodyOf(
        Array.from({ length: batch }, () => {
          const { bytes, sopInstanceUid } = templates[next % templates.length]!;
          next += 1;
          return renamed(bytes, sopInstanceUid, next);
        }),
      ),
    );
    // The first request starts the worker processes.
    if (rows.length === 0) await store(server, stowBodyOf([templates[0]!.bytes]));
    const times: number[] = [];
    const started = performance.now();
    for (const body of bodies) {
      const at = performance.now();
      await store(server, body);
      times.push(performance.now() - at);
    }
    const seconds = (performance.now() - started) / 1000;
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? null;
    const megabytes = bodies.reduce((sum, { byteLength }) => sum + byteLength, 0) / 1e6;
    rows.push({
      ...{
        name: `STOW-RS, ${batch} a request`,
        unit: 'instances/s',
        figure: (bodies.length * batch) / seconds,
        range: null,
      },
      ...{ p50: at(0.5), p95: at(0.95), p99: at(0.99), rssMb: (await server.memory()).server, ratio: null },
      note: `${(megabytes / seconds).toFixed(0)} MB/s, ${bodies.length * batch} instances`,
    });
  }
  return rows;
}

async function store(server: ProductServer, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const answer = await fetch(`${server.base}/dicom-web/studies?consultation=${server.consultationId}`, {
    method: 'POST',
    headers: {
      ...server.headers,
      'content-type': STOW_TYPE,
    },
    body,
  });
  if (answer.status !== 200) throw new Error(`STOW-RS answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}

/** The object under a SOP Instance UID of its own, of the same length, in file meta and data set. */
export function renamed(bytes: Buffer, sopInstanceUid: string, number: number): Buffer {
  const copy = Buffer.from(bytes);
  const end = String(number).padStart(9, '0');
  const uid = sopInstanceUid.slice(0, -end.length) + end;
  for (let at = copy.indexOf(sopInstanceUid); at !== -1; at = copy.indexOf(sopInstanceUid, at + 1)) {
    copy.write(uid, at, 'latin1');
  }
  return copy;
}

export function stowBodyOf(objects: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  const parts = objects.flatMap((bytes) => [
    Buffer.from(`--${BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}
