import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import { materialPaths } from '#shared/api/material.ts';
import type { BenchRow } from './measure.ts';
import { asDicomweb, type DicomwebServer, startNginx, startOrthanc } from './peers.ts';
import type { TreeMemory } from './process-figures.ts';
import type { ProductServer } from './product-server.ts';
import { benchRendered, benchStoredFrames, type Duration } from './series-images.ts';
import { benchSideBySide, type Contestant } from './side-by-side.ts';
import { renamed, renumbered, STOW_TYPE, stowBodyOf } from './stow.ts';
import { studyObject } from './study-objects.ts';

const SLICES = 400;
const PAINTED = 40;
const STUDIES = 2000;

interface Sizes extends Duration {
  /** Instances of a round. */
  readonly stored: number;
}

/** What is measured; memory always is. */
export type DicomwebPart = 'stow' | 'frames' | 'metadata' | 'rendered' | 'search';

/**
 * The product beside Orthanc and nginx where they are installed: the same requests, on the same disk, in alternating
 * rounds of one run. Each figure is the median of its rounds, and each ratio the median of the ratios of the rounds,
 * since a machine that slows down slows both halves of a round.
 */
export async function benchDicomweb(
  product: ProductServer,
  folder: string,
  sizes: Sizes,
  isWanted: (part: DicomwebPart) => boolean,
): Promise<BenchRow[]> {
  const { ct, files } = await largeSeries(join(folder, 'ct400'));
  const orthanc = await startOrthanc(join(folder, 'orthanc'));
  const nginx = await startNginx(join(folder, 'www'), join(folder, 'nginx'));
  const ours = asDicomweb(product);
  if (orthanc === null)
    process.stderr.write('dicomweb: Orthanc with its DICOMweb plugin is not installed; ours alone\n');
  if (nginx === null) process.stderr.write('dicomweb: nginx is not installed\n');
  const both = orthanc === null ? [ours] : [ours, orthanc];
  try {
    const rows: BenchRow[] = [];
    if (isWanted('stow')) rows.push(...(await benchStoring(both, ct, files, sizes)));
    for (const server of both) await fill(server, files);
    if (isWanted('frames')) rows.push(...(await benchStoredFrames(both, nginx, { ct, files, folder }, sizes)));
    if (isWanted('metadata')) rows.push(...(await benchMetadata(both, ct, sizes)));
    if (isWanted('rendered')) rows.push(...(await benchRendered(both, ct, sizes)));
    if (isWanted('search')) rows.push(...(await benchSearch(both, sizes)));
    rows.push(...(await memoryRows(both)));
    return rows;
  } finally {
    await orthanc?.stop();
    await nginx?.stop();
  }
}

/** A series of 400 instances of which every tenth has pixels of its own: painting them all takes longer than measuring. */
async function largeSeries(folder: string): Promise<{ readonly ct: CtSeries; readonly files: readonly Buffer[] }> {
  const painted = await writeCtSeries(folder, { slices: PAINTED, size: 512 });
  const templates = await Promise.all(
    painted.instances.map(async (instance) => ({
      instance,
      bytes: await readFile(join(painted.folder, instance.file)),
    })),
  );
  const many = Array.from({ length: SLICES / PAINTED }, (_, copy) =>
    templates.map(({ instance, bytes }, at) => {
      const number = 1 + copy * PAINTED + at;
      const sopInstanceUid = renumbered(instance.sopInstanceUid, number);
      return { instance: { ...instance, sopInstanceUid }, bytes: renamed(bytes, instance.sopInstanceUid, number) };
    }),
  ).flat();
  return { ct: { ...painted, instances: many.map(({ instance }) => instance) }, files: many.map(({ bytes }) => bytes) };
}

async function store(server: DicomwebServer, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const answer = await fetch(server.base + server.storePath, {
    method: 'POST',
    headers: { ...server.headers, 'content-type': STOW_TYPE, accept: 'application/dicom+json' },
    body,
  });
  if (answer.status !== 200) throw new Error(`${server.name} answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}

async function fill(server: DicomwebServer, files: readonly Buffer[]): Promise<void> {
  for (let at = 0; at < files.length; at += 50) await store(server, stowBodyOf(files.slice(at, at + 50)));
}

/** STOW-RS, each request sent when the one before was answered; no object is sent to a server twice. */
async function benchStoring(servers: readonly DicomwebServer[], ct: CtSeries, files: readonly Buffer[], sizes: Sizes) {
  let next = 0;
  const rows: BenchRow[] = [];
  for (const batch of [1, 20, 50]) {
    const requests = Math.max(2, Math.ceil(sizes.stored / batch));
    const contestants = servers.map((server): Contestant => {
      return {
        name: server.name,
        async round() {
          const bodies = Array.from({ length: requests }, () =>
            stowBodyOf(
              Array.from({ length: batch }, () => {
                next += 1;
                const at = next % files.length;
                return renamed(files[at] ?? Buffer.alloc(0), ct.instances[at]?.sopInstanceUid ?? '', 500_000 + next);
              }),
            ),
          );
          const times: number[] = [];
          for (const body of bodies) {
            const started = performance.now();
            await store(server, body);
            times.push(performance.now() - started);
          }
          const milliseconds = times.reduce((sum, time) => sum + time, 0);
          const megabytes = bodies.reduce((sum, { byteLength }) => sum + byteLength, 0) / 1e6;
          const note = `${((megabytes / milliseconds) * 1000).toFixed(0)} MB/s`;
          return { figure: (requests * batch * 1000) / milliseconds, times, note };
        },
      };
    });
    const side = { name: `STOW-RS, ${batch} a request`, unit: 'instances/s', contestants, rounds: sizes.rounds };
    rows.push(...(await benchSideBySide(side)));
  }
  return rows;
}

/** The metadata of a series of 400 instances: till its first byte, and whole. */
async function benchMetadata(servers: readonly DicomwebServer[], ct: CtSeries, sizes: Sizes): Promise<BenchRow[]> {
  const path = materialPaths.seriesMetadata(ct.studyUid, ct.seriesUid);
  const contestants = servers.map((server): Contestant => {
    const headers = { ...server.headers, accept: 'application/dicom+json', 'accept-encoding': 'gzip' };
    let coldest: number | null = null;
    return {
      name: server.name,
      async round() {
        const times: number[] = [];
        const first: number[] = [];
        let bytes = 0;
        for (let asked = 0; asked < 10; asked += 1) {
          const started = performance.now();
          const answer = await fetch(server.base + path, { headers });
          first.push(performance.now() - started);
          bytes = (await answer.arrayBuffer()).byteLength;
          times.push(performance.now() - started);
          if (!answer.ok) throw new Error(`${server.name} answered ${answer.status} to the metadata`);
        }
        coldest ??= times[0] ?? 0;
        const size = `${(bytes / 1e6).toFixed(1)} MB of JSON`;
        const note = `${median(first).toFixed(1)} ms to the first byte, ${coldest.toFixed(0)} ms when first asked, ${size}`;
        return { figure: median(times), times, note };
      },
    };
  });
  const name = `metadata of ${SLICES} instances`;
  return await benchSideBySide({ name, unit: 'ms', contestants, rounds: sizes.rounds, lessIsBetter: true });
}

const SEARCHES: readonly (readonly [string, string])[] = [
  ['page of 50', 'limit=50'],
  ['name wildcard', 'limit=50&PatientName=BENCH1*'],
  ['month of dates', 'limit=50&StudyDate=20240301-20240331'],
  ['modality and year', 'limit=50&ModalitiesInStudy=MR&StudyDate=20240101-20241231'],
];

/** QIDO-RS among 2,000 studies of one small instance each. */
async function benchSearch(servers: readonly DicomwebServer[], sizes: Sizes): Promise<BenchRow[]> {
  for (let at = 0; at < STUDIES; at += 100) {
    const body = stowBodyOf(Array.from({ length: 100 }, (_, more) => studyObject(at + more)));
    for (const server of servers) await store(server, body);
  }
  const rows: BenchRow[] = [];
  for (const [what, query] of SEARCHES) {
    const contestants = servers.map((server): Contestant => {
      const headers = { ...server.headers, accept: 'application/dicom+json' };
      return {
        name: server.name,
        async round() {
          const times: number[] = [];
          let bytes = 0;
          for (let asked = 0; asked < 25; asked += 1) {
            const started = performance.now();
            const answer = await fetch(`${server.base}/dicom-web/studies?${query}`, { headers });
            bytes = (await answer.arrayBuffer()).byteLength;
            times.push(performance.now() - started);
            if (!answer.ok) throw new Error(`${server.name} answered ${answer.status} to a search`);
          }
          return { figure: median(times), times, note: `${(bytes / 1e3).toFixed(0)} kB` };
        },
      };
    });
    const name = `QIDO-RS among ${STUDIES} studies, ${what}`;
    rows.push(...(await benchSideBySide({ name, unit: 'ms', contestants, rounds: sizes.rounds, lessIsBetter: true })));
  }
  return rows;
}

/** What the processes hold after all of it, by both ways of counting. */
async function memoryRows(servers: readonly DicomwebServer[]): Promise<BenchRow[]> {
  const held = await Promise.all(servers.map(async (server) => ({ server, memory: await server.memory() })));
  const waysOfCounting = [
    ['resident', ({ residentMb }: TreeMemory) => residentMb],
    ['proportional', ({ proportionalMb }: TreeMemory) => proportionalMb],
  ] as const;
  return waysOfCounting.flatMap(([way, mbOf]) =>
    held.map(({ server, memory }, at) => ({
      ...{ name: `memory after all of it, ${way}, ${server.name}`, unit: 'MB', figure: mbOf(memory), range: null },
      ...{ p50: null, p95: null, p99: null, rssMb: null },
      ratio: at === 0 && held[1] !== undefined ? mbOf(memory) / mbOf(held[1].memory) : null,
      note: `${memory.processes} processes; a ratio below one is the better`,
    })),
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
