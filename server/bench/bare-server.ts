/**
 * Child process: the least a Node server can do. It keeps the bodies of a sample of answers in memory and sends them
 * with a length and a type, for any path, in turn. What the product is compared with, in the same run.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

if (import.meta.main) {
  const [, , file = '', mediaType = 'application/octet-stream'] = process.argv;
  const packed = await readFile(file);
  const bodies: Buffer[] = [];
  for (let at = 0; at < packed.length; ) {
    const length = packed.readUInt32LE(at);
    bodies.push(packed.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  let next = 0;
  const server = createServer((_request, response) => {
    const body = bodies[next++ % bodies.length] ?? Buffer.alloc(0);
    response.writeHead(200, { 'content-type': mediaType, 'content-length': body.byteLength });
    response.end(body);
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.send?.(typeof address === 'object' && address !== null ? address.port : 0);
  });
  // Ends with its parent.
  process.on('disconnect', () => process.exit(0));
}
