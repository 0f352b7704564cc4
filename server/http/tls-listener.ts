import type { RequestListener, Server } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';

/** A certificate (with its chain) and its private key, both PEM text. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
}

/** Requests one connection may have open at the same time: a viewer loads a series with dozens, nobody needs more. */
const CONCURRENT_STREAMS = 100;
/** Bytes a client may send ahead of our reading, for one request and for all of a connection together. */
const STREAM_WINDOW_BYTES = 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 4 * 1024 * 1024;
/** What one connection may hold in answers that wait to be sent: every stream with a large frame, and some room. */
const SESSION_MEMORY_MB = 256;
const IDLE_MS = 72_000;

/**
 * A listener over TLS that speaks HTTP/2 (RFC 9113), and HTTP/1.1 to whoever asks for it, chosen by ALPN. Its requests
 * and answers have the interface of `node:http`, so that the same routes serve both.
 */
export function createTlsListener(tls: TlsMaterial, handler: RequestListener): Server {
  const server: Http2SecureServer = createSecureServer({
    ...tls,
    allowHTTP1: true,
    maxSessionMemory: SESSION_MEMORY_MB,
    settings: { maxConcurrentStreams: CONCURRENT_STREAMS, initialWindowSize: STREAM_WINDOW_BYTES },
  });
  server.on('request', handler as unknown as (request: Http2ServerRequest, response: Http2ServerResponse) => void);
  server.on('session', (session) => {
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    session.setTimeout(IDLE_MS, () => session.close());
  });
  // What broke is one connection; without a listener the error of a session would end the process.
  server.on('sessionError', () => {});
  const compatible = server as unknown as Server;
  // As of the plain listener: an upload takes as long as it takes, an idle connection waits for the next request.
  compatible.requestTimeout = 0;
  compatible.keepAliveTimeout = IDLE_MS;
  return compatible;
}

/** New connections meet the new certificate; those that are open stay as they are. */
export function renewCertificate(server: Server, tls: TlsMaterial): void {
  (server as unknown as Http2SecureServer).setSecureContext({ ...tls });
}
