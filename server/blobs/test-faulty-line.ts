import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * For tests: a line to an S3 server that fails on demand. Requests pass with their Host, so signatures stay good.
 * - `busy`: 503 SlowDown, nothing passes; `dead`: the connection ends without an answer, nothing passes
 * - `lost`: the request passes and is done, its answer never comes; `cut`: half of the answer's body comes
 */
export type Fault = 'busy' | 'dead' | 'lost' | 'cut';

export interface FaultyLine {
  readonly endpoint: URL;
  /** Requests that came, as `METHOD` and query names. */
  readonly seen: string[];
  /** The next requests that match meet the fault, so many times. */
  fail(fault: Fault, method: string, times: number): void;
  close(): Promise<void>;
}

export async function openFaultyLine(target: URL): Promise<FaultyLine> {
  const seen: string[] = [];
  let plan: { fault: Fault; method: string; left: number } | null = null;

  async function pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const address = new URL(incoming.url ?? '/', target);
    seen.push([incoming.method, ...address.searchParams.keys()].join(' '));
    let fault: Fault | null = null;
    if (plan !== null && plan.left > 0 && (plan.method === '*' || plan.method === incoming.method)) {
      plan.left -= 1;
      fault = plan.fault;
    }
    if (fault === 'busy') {
      incoming.resume();
      answer.writeHead(503).end('<Error><Code>SlowDown</Code></Error>');
      return;
    }
    if (fault === 'dead') {
      incoming.socket.destroy();
      return;
    }
    const { method, headers } = incoming;
    const onward = request({ ...{ host: target.hostname, port: target.port, path: incoming.url, method, headers } });
    incoming.pipe(onward);
    const [reply] = (await once(onward, 'response')) as [IncomingMessage];
    if (fault === 'lost') {
      await text(reply);
      incoming.socket.destroy();
      return;
    }
    answer.writeHead(reply.statusCode ?? 500, reply.headers);
    if (fault !== 'cut') {
      reply.pipe(answer);
      return;
    }
    let left = Number(reply.headers['content-length']) / 2;
    for await (const chunk of reply) {
      if (left > 0) answer.write((chunk as Buffer).subarray(0, left));
      left -= (chunk as Buffer).length;
    }
    setTimeout(() => incoming.socket.destroy(), 20);
  }

  const server = createServer((incoming, answer) => {
    pass(incoming, answer).catch(() => incoming.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    seen,
    fail(fault, method, times) {
      plan = { fault, method, left: times };
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
