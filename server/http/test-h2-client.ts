import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2';

/** For tests: requests over one connection of HTTP/2 whose certificate nobody vouches for. */
export interface H2Client {
  readonly session: ClientHttp2Session;
  /** Sends the headers (`:method`, `:path` …) and the body, and reads the answer to its end. */
  ask(headers: Readonly<Record<string, string>>, body?: Uint8Array): Promise<H2Answer>;
  /** Begins a request whose body the test writes itself. */
  begin(headers: Readonly<Record<string, string>>): ClientHttp2Stream;
  close(): Promise<void>;
}

export interface H2Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export async function connectH2(base: string, headers: Readonly<Record<string, string>> = {}): Promise<H2Client> {
  const session = connect(base, { rejectUnauthorized: false });
  session.on('error', () => {});
  await once(session, 'connect');
  const begin: H2Client['begin'] = (own) => session.request({ ...headers, ...own });
  return {
    session,
    begin,
    async ask(own, body) {
      const stream = begin(own);
      stream.end(body);
      return await answerOf(stream);
    },
    async close() {
      if (session.closed || session.destroyed) return;
      session.close();
      await once(session, 'close');
    },
  };
}

/** The answer as far as it came: a server that has said enough may end the stream under a body that is still sent. */
export async function answerOf(stream: ClientHttp2Stream): Promise<H2Answer> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = Promise.race([once(stream, 'end'), once(stream, 'close')]);
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  await ended;
  return { status: Number(headers[':status']), headers, body: Buffer.concat(chunks) };
}
