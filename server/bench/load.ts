/**
 * Child process: asks for paths over and over and measures. One job by argument, the figures on standard output, so
 * that the load never shares a process with what is measured.
 */
import autocannon from 'autocannon';

export interface LoadJob {
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Files with one path a line would be too long for an argument; the paths come through standard input as JSON. */
  readonly connections: number;
  /** Stop after so many seconds, or after so many requests. */
  readonly seconds?: number;
  readonly requests?: number;
  /** Takes the paths one after the other instead of at random, so that none comes twice while there are enough. */
  readonly inOrder?: boolean;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly requests: number;
  readonly failures: number;
}

async function measure(job: LoadJob, paths: readonly string[]): Promise<LoadResult> {
  const times: number[] = [];
  let failures = 0;
  let bytes = 0;
  let next = 0;
  const started = performance.now();
  await new Promise<void>((resolve, reject) => {
    const instance = autocannon(
      {
        url: job.base,
        connections: job.connections,
        headers: { ...job.headers },
        ...(job.seconds === undefined ? { amount: job.requests ?? 1000 } : { duration: job.seconds }),
        // Each connection walks another part of the list: no tile is asked for twice at the same moment.
        setupClient: (client) => {
          const from = (next++ * Math.floor(paths.length / job.connections)) % paths.length;
          const own = [...paths.slice(from), ...paths.slice(0, from)];
          client.setRequests(own.map((path) => ({ method: 'GET' as const, path })));
        },
      },
      (error) => (error ? reject(error) : resolve()),
    );
    instance.on('response', (_client, statusCode, responseBytes, milliseconds) => {
      times.push(milliseconds);
      bytes += responseBytes;
      if (statusCode !== 200) failures += 1;
    });
    instance.on('reqError', () => {
      failures += 1;
    });
  });
  const seconds = (performance.now() - started) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return {
    requestsPerSecond: times.length / seconds,
    megabytesPerSecond: bytes / 1e6 / seconds,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    requests: times.length,
    failures,
  };
}

if (import.meta.main) {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const paths = JSON.parse(Buffer.concat(chunks).toString()) as string[];
  const job = JSON.parse(process.argv[2] ?? '{}') as LoadJob;
  process.stdout.write(JSON.stringify(await measure(job, paths)));
}
