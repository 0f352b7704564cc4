import { join } from 'node:path';
import { writeCtSeries } from '#fixtures/ct-phantom.ts';
import { materialPaths } from '#shared/api/material.ts';
import { type BenchRow, load, loadBare, toRow } from './measure.ts';
import type { ProductServer } from './product-server.ts';

const SLICES = 300;

/** A CT of 300 slices of 512²: import, metadata, and its frames one after the other and eight at a time. */
export async function benchFrames(server: ProductServer, folder: string, seconds: number): Promise<BenchRow[]> {
  const ct = await writeCtSeries(join(folder, 'ct'), { slices: SLICES });
  const started = performance.now();
  await server.import(ct.folder);
  const importSeconds = (performance.now() - started) / 1000;
  const paths = ct.instances.map(({ sopInstanceUid }) =>
    materialPaths.frame(ct.studyUid, ct.seriesUid, sopInstanceUid, 1),
  );
  const metadataPath = materialPaths.seriesMetadata(ct.studyUid, ct.seriesUid);
  await server.getJson(metadataPath);

  const accept = 'application/octet-stream; transfer-syntax=*';
  const ask = { base: server.base, headers: { ...server.headers, accept }, seconds };
  const first = await fetch(server.base + (paths[0] ?? ''), { headers: ask.headers });
  const frame = new Uint8Array(await first.arrayBuffer());

  const rows: BenchRow[] = [];
  for (const connections of [1, 8]) {
    const what = `frames 512², ${connections} connection${connections === 1 ? '' : 's'}`;
    const job = { connections, seconds };
    const bare = await loadBare(join(folder, 'frame.bin'), [frame], 'application/octet-stream', job, paths);
    rows.push(toRow(`${what}, bare Node`, 'frames/s', bare, { rssMb: null, bare: null }));
    const result = await load({ ...ask, connections }, paths);
    rows.push(toRow(what, 'frames/s', result, { rssMb: (await server.memory()).server, bare }));
  }
  const metadata = await load({ ...ask, headers: { ...server.headers, 'accept-encoding': 'gzip' }, connections: 1 }, [
    metadataPath,
  ]);
  rows.push(
    toRow('metadata of 300 instances', 'req/s', metadata, { rssMb: null, bare: null, note: 'compressed, from memory' }),
    {
      ...{ name: 'import of 300 slices', unit: 'files/s', range: null, p50: null, p95: null, p99: null, ratio: null },
      figure: SLICES / importSeconds,
      rssMb: null,
      note: `${importSeconds.toFixed(1)} s with starting the command, fsynced`,
    },
  );
  return rows;
}
