import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cutOffStalled } from './stalled-body.ts';

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer((request, response) => {
    cutOffStalled(request, response, 300);
    request.resume().once('end', () => {
      // Longer than a body may stand still: what we do ourselves is not cut off.
      setTimeout(() => response.end('done'), 600);
    });
    request.once('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

async function talk(pieces: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (bytes) => {
    heard += bytes.toString();
  });
  socket.write('POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: 6\r\n\r\n');
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await once(socket, 'close');
  return heard;
}

test('a body that stops is cut off with 408', async () => {
  expect(await talk(['abc'])).toMatch(/^HTTP\/1\.1 408 /);
});

test('a slow one is not, nor is the time behind it', async () => {
  expect(await talk(['a', 'b', 'c', 'd', 'e', 'f'])).toMatch(/^HTTP\/1\.1 200 [\s\S]*done/);
});
