import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { selfSignedCertificate } from '#fixtures/certificate.ts';
import { createTlsListener } from '#server/http/tls-listener.ts';
import { bodyOf } from './request-body.ts';

/** What became of each request, by its path. */
const heard = new Map<string, string>();
const server = createTlsListener(selfSignedCertificate('test'), async (request: IncomingMessage) => {
  const path = request.url ?? '';
  // A permission is asked for before anybody reads the body.
  if (path === '/late') await wait(150);
  let length = 0;
  try {
    for await (const chunk of bodyOf({ raw: request })) length += chunk.byteLength;
    heard.set(path, `ended after ${length}`);
  } catch {
    heard.set(path, 'broke off');
  }
});
let socket: TLSSocket;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] });
  await once(socket, 'secureConnect');
  socket.resume();
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  socket.write(frame(0x4, 0, 0, Buffer.alloc(0)));
});
afterAll(() => {
  socket.destroy();
  server.close();
});

/** A frame of RFC 9113 section 4.1. */
function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.byteLength, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** Literal fields with names of their own (RFC 7541 section 6.2.2). */
function fields(values: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(values).map(([name, value]) =>
      Buffer.concat([
        Buffer.from([0, name.length]),
        Buffer.from(name),
        Buffer.from([value.length]),
        Buffer.from(value),
      ]),
    ),
  );
}

const END_STREAM = 0x1;
const END_HEADERS = 0x4;
const begin = (streamId: number, path: string): Buffer =>
  frame(
    ...([0x1, END_HEADERS, streamId] as const),
    fields({ ':method': 'POST', ':path': path, ':scheme': 'https', ':authority': 'localhost' }),
  );
const CANCEL = Buffer.from([0, 0, 0, 8]);

test.each([
  ['/whole', 1, (id: number) => frame(0, END_STREAM, id, Buffer.alloc(1000)), 'ended after 2000'],
  // RFC 9113 section 6.4: a reset leaves the request incomplete.
  ['/reset', 3, (id: number) => frame(0x3, 0, id, CANCEL), 'broke off'],
  ['/late', 5, (id: number) => frame(0x3, 0, id, CANCEL), 'broke off'],
])('rule 3: %s', async (path, streamId, end, outcome) => {
  socket.write(Buffer.concat([begin(streamId, path), frame(0, 0, streamId, Buffer.alloc(1000))]));
  await wait(50);
  socket.write(end(streamId));
  await expect.poll(() => heard.get(path)).toBe(outcome);
});
