import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CtSeries, writeCtSeries } from '#fixtures/ct-phantom.ts';
import { materialPaths } from '#shared/api/material.ts';
import { type BenchRow, load } from './measure.ts';
import { asDicomweb, type DicomwebServer, startNginx, startOrthanc } from './peers.ts';
import type { ProductServer } from './product-server.ts';
import { benchSideBySide, type Contestant, type SideBySide } from './side-by-side.ts';
import { renamed, STOW_TYPE, stowBodyOf } from './stow.ts';
import { studyObject } from './study-objects.ts';

const SLICES = 400;
const STUDIES = 2000;
const MULTIPART = 'multipart/related; type="application/octet-stream"; transfer-syntax=*';
const STORED_FRAME = 'application/octet-stream; transfer-syntax=*';

interface Sizes {
  readonly seconds: number;
  readonly rounds: number;
  readonly stored: number;
}

/**
 * The product beside Orthanc and nginx where they are installed: the same requests, on the same disk, in alternating
 * rounds of one run. Each figure is the median of its rounds, and each ratio the median of the ratios of the rounds,
 * since a machine that slows down slows both halves of a round.
 */
export async function benchDicomweb(product: ProductServer, folder: string, sizes: Sizes): Promise<BenchRow[]> {
  const ct = await writeCtSeries(join(folder, 'ct400'), { slices: SLICES, size: 512 });
  const files = await Promise.all(ct.instances.map(({ file }) => readFile(join(ct.folder, file))));
  const orthanc = await startOrthanc(join(folder, 'orthanc'));
  const nginx = await startNginx(join(folder, 'www'), join(folder, 'nginx'));
  const ours = asDicomweb(product);
  if (orthanc === null)
    process.stderr.write('dicomweb: Orthanc with its DICOMweb plugin is not installed; ours alone\n');
  if (nginx === null) process.stderr.write('dicomweb: nginx is not installed\n');
  const both = orthanc === null ? [ours] : [ours, orthanc];
  try {
    const rows = await benchStoring(both, ct, files, sizes);
    for (const server of both) await fill(server, files);
    rows.push(...(await benchFrames(both, nginx, { ct, files, folder }, sizes)));
    rows.push(...(await benchMetadata(both, ct, sizes)));
    rows.push(...(await benchRendered(both, ct, sizes)));
    rows.push(...(await benchSearch(both, sizes)));
    rows.push(...(await memoryRows(both)));
    return rows;
  } finally {
    await orthanc?.stop();
    await nginx?.stop();
  }
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

/** Frames at random, in the form viewers ask for, and alone where nginx sends the same bytes. */
async function benchFrames(
  servers: readonly DicomwebServer[],
  nginx: DicomwebServer | null,
  data: { readonly ct: CtSeries; readonly files: readonly Buffer[]; readonly folder: string },
  sizes: Sizes,
): Promise<BenchRow[]> {
  const { ct, files, folder } = data;
  const paths = ct.instances.map(({ sopInstanceUid }) =>
    materialPaths.frame(ct.studyUid, ct.seriesUid, sopInstanceUid, 1),
  );
  await mkdir(join(folder, 'www'), { recursive: true });
  const frameBytes = ct.size * ct.size * 2;
  const names = files.map((_, at) => `/${at}`);
  // The pixels are the last element of these files.
  await Promise.all(files.map((file, at) => writeFile(join(folder, 'www', String(at)), file.subarray(-frameBytes))));
  const rows: BenchRow[] = [];
  for (const connections of [8, 32]) {
    const job = { connections, seconds: sizes.seconds };
    const asking = (server: DicomwebServer, accept: string) => ({
      name: server.name,
      round: () => loaded({ ...job, base: server.base, headers: { ...server.headers, accept } }, paths),
    });
    const unit = 'frames/s';
    const name = `frames 512² at random, ${connections} connections`;
    const contestants = servers.map((server) => asking(server, MULTIPART));
    rows.push(...(await benchSideBySide({ name, unit, contestants, rounds: sizes.rounds })));
    const [ours] = servers;
    if (nginx === null || ours === undefined) continue;
    const still: Contestant = {
      name: nginx.name,
      round: () => loaded({ ...job, base: nginx.base, headers: {} }, names),
    };
    const alone: SideBySide = {
      ...{ name: `${name}, single part`, unit, rounds: sizes.rounds },
      contestants: [asking(ours, STORED_FRAME), still],
    };
    rows.push(...(await benchSideBySide(alone)));
  }
  return rows;
}

async function loaded(job: Parameters<typeof load>[0], paths: readonly string[]) {
  const result = await load(job, paths);
  const { p50, p95, p99 } = result;
  return { figure: result.requestsPerSecond, p50, p95, p99, note: `${result.megabytesPerSecond.toFixed(0)} MB/s` };
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

async function benchRendered(servers: readonly DicomwebServer[], ct: CtSeries, sizes: Sizes): Promise<BenchRow[]> {
  const paths = ct.instances.map(
    ({ sopInstanceUid }) =>
      `/dicom-web/studies/${ct.studyUid}/series/${ct.seriesUid}/instances/${sopInstanceUid}/rendered`,
  );
  const rows: BenchRow[] = [];
  for (const connections of [1, 8]) {
    const contestants = servers.map((server) => ({
      name: server.name,
      round: () =>
        loaded(
          {
            ...{ base: server.base, headers: { ...server.headers, accept: 'image/jpeg' } },
            ...{ connections, seconds: sizes.seconds },
          },
          paths,
        ),
    }));
    const name = `/rendered as JPEG, ${connections} connection${connections === 1 ? '' : 's'}`;
    rows.push(...(await benchSideBySide({ name, unit: 'req/s', contestants, rounds: sizes.rounds })));
  }
  return rows;
}

const SEARCHES: readonly (readonly [string, string])[] = [
  ['page of 50', 'limit=50'],
  ['name wildcard', 'limit=50&PatientName=BENCH%5E1*'],
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

/** What the processes hold after all of it. */
async function memoryRows(servers: readonly DicomwebServer[]): Promise<BenchRow[]> {
  const held = await Promise.all(servers.map(async (server) => ({ server, mb: await server.memory() })));
  const peer = held[1]?.mb ?? null;
  return held.map(({ server, mb }, at) => ({
    ...{ name: `memory after all of it, ${server.name}`, unit: 'MB', figure: mb, range: null },
    ...{ p50: null, p95: null, p99: null, rssMb: mb },
    ratio: at === 0 && peer !== null ? mb / peer : null,
    note: 'all processes; a ratio below one is the better',
  }));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
