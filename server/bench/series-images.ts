import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CtSeries } from '#fixtures/ct-phantom.ts';
import { materialPaths } from '#shared/api/material.ts';
import { type BenchRow, load } from './measure.ts';
import type { DicomwebServer } from './peers.ts';
import { benchSideBySide, type Contestant, type SideBySide } from './side-by-side.ts';

/** The images of a series: its frames as they are stored, and pictures made of them. */

const MULTIPART = 'multipart/related; type="application/octet-stream"; transfer-syntax=*';
const STORED_FRAME = 'application/octet-stream; transfer-syntax=*';
export interface Duration {
  /** Of a round. */
  readonly seconds: number;
  readonly rounds: number;
}

/** More than any server here makes in a second. */
const PICTURES_A_SECOND = 2500;

/** Frames at random, in the form viewers ask for, and alone where nginx sends the same bytes. */
export async function benchStoredFrames(
  servers: readonly DicomwebServer[],
  nginx: DicomwebServer | null,
  data: { readonly ct: CtSeries; readonly files: readonly Buffer[]; readonly folder: string },
  sizes: Duration,
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
  for (const connections of [1, 8, 32]) {
    const job = { connections, seconds: sizes.seconds };
    const asking = (server: DicomwebServer, accept: string) => ({
      name: server.name,
      cpuMs: () => server.cpuMs(),
      round: () => loaded({ ...job, base: server.base, headers: { ...server.headers, accept } }, paths),
    });
    const unit = 'frames/s';
    const name = `frames 512² at random, ${connectionsText(connections)}`;
    const contestants = servers.map((server) => asking(server, MULTIPART));
    rows.push(...(await benchSideBySide({ name, unit, contestants, rounds: sizes.rounds })));
    const [ours] = servers;
    if (nginx === null || ours === undefined) continue;
    const still: Contestant = {
      name: nginx.name,
      cpuMs: () => nginx.cpuMs(),
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
  const { p50, p95, p99, requests } = result;
  const note = `${result.megabytesPerSecond.toFixed(0)} MB/s`;
  return { figure: result.requestsPerSecond, p50, p95, p99, note, requests };
}

/**
 * Pictures nobody has asked for before, since each is of another window: they are made, not remembered. Those of the
 * last row are asked for again and again, as by people who look at the same study.
 */
export async function benchRendered(
  servers: readonly DicomwebServer[],
  ct: CtSeries,
  sizes: Duration,
): Promise<BenchRow[]> {
  const places = ct.instances.map(
    ({ sopInstanceUid }) =>
      `/dicom-web/studies/${ct.studyUid}/series/${ct.seriesUid}/instances/${sopInstanceUid}/rendered`,
  );
  const asking = (server: DicomwebServer, connections: number, paths: () => readonly string[]): Contestant => ({
    name: server.name,
    cpuMs: () => server.cpuMs(),
    round: () => {
      const headers = { ...server.headers, accept: 'image/jpeg' };
      return loaded({ base: server.base, headers, connections, seconds: sizes.seconds, inOrder: true }, paths());
    },
  });
  const rows: BenchRow[] = [];
  const unit = 'req/s';
  const { rounds } = sizes;
  for (const connections of [1, 8]) {
    const contestants = servers.map((server) => {
      let windows = 0;
      const unseen = () => {
        const centers = Array.from({ length: Math.ceil((PICTURES_A_SECOND * sizes.seconds) / places.length) }, () => {
          windows += 1;
          return 20 + windows / 10;
        });
        return centers.flatMap((center) =>
          places.map((place) => `${place}?window=${center},${400 + connections},linear`),
        );
      };
      return asking(server, connections, unseen);
    });
    const name = `/rendered as JPEG, windows never asked for, ${connectionsText(connections)}`;
    rows.push(...(await benchSideBySide({ name, unit, contestants, rounds })));
  }
  const contestants = servers.map((server) => asking(server, 8, () => places));
  const name = `/rendered as JPEG, ${places.length} pictures again and again, ${connectionsText(8)}`;
  rows.push(...(await benchSideBySide({ name, unit, contestants, rounds })));
  return rows;
}

function connectionsText(connections: number): string {
  return `${connections} connection${connections === 1 ? '' : 's'}`;
}
