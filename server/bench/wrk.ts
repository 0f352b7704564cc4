import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LoadJob, LoadResult } from './load.ts';

const run = promisify(execFile);

/** Asks for paths at random or in their order, and prints the figures as JSON behind a mark of its own. */
const SCRIPT = `
local requests = {}
local seed = 0
function setup(thread) seed = seed + 1; thread:set("seed", seed) end
function init(args)
  math.randomseed(seed)
  local headers = {}
  for line in io.lines(args[1]) do
    local name, value = line:match("^([^:]+): (.*)$")
    headers[name] = value
  end
  for path in io.lines(args[2]) do requests[#requests + 1] = wrk.format("GET", path, headers) end
  inOrder = args[3] == "in order"
end
local asked = 0
function request()
  asked = asked + 1
  if inOrder then return requests[(asked - 1) % #requests + 1] end
  return requests[math.random(#requests)]
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    "FIGURES{\\"requests\\":%d,\\"seconds\\":%.6f,\\"bytes\\":%.0f,\\"failures\\":%d,\\"p50\\":%.3f,\\"p95\\":%.3f,\\"p99\\":%.3f}\\n",
    summary.requests, summary.duration / 1e6, summary.bytes, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end`;

let installed: Promise<boolean> | null = null;

/** wrk costs a tenth of the processor a load in Node does; without it the load may be what is measured. */
export function wrkIsInstalled(): Promise<boolean> {
  // Without an address it prints its usage and fails, which is enough of an answer.
  installed ??= run('wrk', ['--version']).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
  return installed;
}

/** The load of a job that lasts so many seconds, by wrk with one thread. */
export async function loadByWrk(job: LoadJob & { readonly seconds: number }, paths: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'consilium-wrk-'));
  try {
    const [script, headers, list] = ['load.lua', 'headers', 'paths'].map((name) => join(folder, name)) as [
      ...[string, string, string],
    ];
    await writeFile(script, SCRIPT);
    await writeFile(
      headers,
      Object.entries(job.headers)
        .map(([name, value]) => `${name}: ${value}\n`)
        .join(''),
    );
    await writeFile(list, paths.map((path) => `${path}\n`).join(''));
    const size = ['-t1', `-c${job.connections}`, `-d${job.seconds}s`, '--timeout', '30s'];
    const order = job.inOrder === true ? ['in order'] : [];
    const { stdout } = await run('wrk', [...size, '-s', script, job.base, '--', headers, list, ...order]);
    const found = /FIGURES(\{.*\})/.exec(stdout)?.[1];
    if (found === undefined) throw new Error(`wrk printed no figures: ${stdout}`);
    const figures = JSON.parse(found) as LoadResult & { readonly seconds: number; readonly bytes: number };
    const { requests, seconds, bytes, failures, p50, p95, p99 } = figures;
    const rates = { requestsPerSecond: requests / seconds, megabytesPerSecond: bytes / 1e6 / seconds };
    return { ...rates, p50, p95, p99, requests, failures } satisfies LoadResult;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
