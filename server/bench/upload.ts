import { createReadStream } from 'node:fs';
import { stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSlide } from '#fixtures/slide.ts';
import type { BenchRow } from './measure.ts';
import type { ProductServer } from './product-server.ts';

const SAMPLE_MS = 50;

/**
 * One upload of `sizeBytes` by tus in chunks of 5 MB: a valid slide followed by nothing, so that it is received, read,
 * hashed and stored like any other. The figure is the largest resident memory of the server process on the way.
 */
export async function benchUpload(server: ProductServer, folder: string, sizeBytes: number): Promise<BenchRow[]> {
  const path = join(folder, 'padded.svs');
  await writeSlide(path, { width: 3000, height: 2200, bigTiff: true, seed: 5 });
  if ((await stat(path)).size < sizeBytes) await truncate(path, sizeBytes);
  let peak = { server: 0, withWorkers: 0 };
  const before = await server.memory();
  const sampling = setInterval(async () => {
    const now = await server.memory();
    peak = {
      server: Math.max(peak.server, now.server),
      withWorkers: Math.max(peak.withWorkers, now.withWorkers),
    };
  }, SAMPLE_MS);
  const started = performance.now();
  try {
    const stream = createReadStream(path, { highWaterMark: 1024 * 1024 });
    const { results } = await server.upload('padded.svs', { stream, sizeBytes });
    if (results[0]?.outcome !== 'stored') throw new Error(`the upload was not stored: ${JSON.stringify(results)}`);
  } finally {
    clearInterval(sampling);
  }
  const seconds = (performance.now() - started) / 1000;
  return [
    {
      ...{
        name: `upload of ${(sizeBytes / 1024 ** 3).toFixed(1)} GiB`,
        unit: 'MB/s',
        range: null,
        p50: null,
        p95: null,
        p99: null,
        ratio: null,
      },
      figure: sizeBytes / 1e6 / seconds,
      rssMb: peak.server,
      note: `peak; ${before.server} MB before, ${peak.withWorkers} MB with workers, ${seconds.toFixed(1)} s`,
    },
  ];
}
