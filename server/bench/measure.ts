import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { LoadJob, LoadResult } from './load.ts';
import { loadByWrk, wrkIsInstalled } from './wrk.ts';

/** One line of the printed table; figures that do not apply are null. */
export interface BenchRow {
  readonly name: string;
  /** A rate, or the median of the rounds. */
  readonly figure: number | null;
  readonly unit: string;
  /** Least and greatest of the rounds. */
  readonly range: readonly [number, number] | null;
  /** Single requests or moves, milliseconds. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly rssMb: number | null;
  /** Processor time of all processes of the server for one request, µs. */
  readonly cpuUs?: number | null;
  /** This row's figure divided by its reference's: the bare server's for the same bytes, the bare page's for the same images. */
  readonly ratio: number | null;
  readonly note: string;
}

/** Runs the load in a process of its own: wrk where it is installed and the job has a time, else autocannon. */
export async function load(job: LoadJob, paths: readonly string[]): Promise<LoadResult> {
  const { seconds } = job;
  const result =
    seconds !== undefined && (await wrkIsInstalled())
      ? await loadByWrk({ ...job, seconds }, paths)
      : await loadByAutocannon(job, paths);
  if (result.failures > 0) throw new Error(`${result.failures} of ${result.requests} requests failed`);
  return result;
}

async function loadByAutocannon(job: LoadJob, paths: readonly string[]): Promise<LoadResult> {
  const entry = fileURLToPath(new URL('./load.ts', import.meta.url));
  const child = spawn(process.execPath, [entry, JSON.stringify(job)], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(paths));
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as LoadResult;
}

/** Starts the bare server with these bodies, measures it with the same load and ends it. */
export async function loadBare(
  file: string,
  bodies: readonly Uint8Array[],
  mediaType: string,
  job: Omit<LoadJob, 'base' | 'headers'>,
  paths: readonly string[],
): Promise<LoadResult> {
  const parts = bodies.flatMap((body) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(body.byteLength);
    return [length, body];
  });
  await writeFile(file, Buffer.concat(parts));
  const entry = fileURLToPath(new URL('./bare-server.ts', import.meta.url));
  const server = fork(entry, [file, mediaType]);
  try {
    const [port] = (await once(server, 'message')) as [number];
    return await load({ ...job, base: `http://127.0.0.1:${port}`, headers: {} }, paths);
  } finally {
    server.kill();
  }
}

/** A row from a load, compared with the bare server's figures. */
export function toRow(
  name: string,
  unit: string,
  result: LoadResult,
  more: { readonly rssMb: number | null; readonly bare: LoadResult | null; readonly note?: string },
): BenchRow {
  return {
    name,
    unit,
    figure: result.requestsPerSecond,
    range: null,
    p50: result.p50,
    p95: result.p95,
    p99: result.p99,
    rssMb: more.rssMb,
    ratio: more.bare === null ? null : result.requestsPerSecond / more.bare.requestsPerSecond,
    note: more.note ?? `${result.megabytesPerSecond.toFixed(0)} MB/s`,
  };
}

/** The rows as a table of text. */
export function table(rows: readonly BenchRow[]): string {
  const digitsOf = (value: number | null): number => (value !== null && value < 100 ? 1 : 0);
  const number = (value: number | null, digits: number): string => (value === null ? '–' : value.toFixed(digits));
  const lines = [
    ['what', 'figure', '', 'least–most', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU µs', 'RSS MB', '× ref.', ''],
    ...rows.map((row) => [
      row.name,
      number(row.figure, digitsOf(row.figure)),
      row.unit,
      row.range === null ? '–' : row.range.map((end) => number(end, digitsOf(row.figure))).join('–'),
      number(row.p50, 2),
      number(row.p95, 2),
      number(row.p99, 2),
      number(row.cpuUs ?? null, 0),
      number(row.rssMb, 0),
      number(row.ratio, 2),
      row.note,
    ]),
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  const right = new Set([1, 3, 4, 5, 6, 7, 8, 9]);
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          right.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
