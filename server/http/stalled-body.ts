import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

const STALL_MS = 60_000;
const TIMED_OUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/**
 * Cuts a client off that stops in the middle of a body: with 408 where no answer has begun. For bodies that others read;
 * `waitMs` counts while nothing at all passes over the connection, and only until the body is here.
 */
export function cutOffStalled(request: IncomingMessage, response: ServerResponse, waitMs = STALL_MS): void {
  const { socket } = request;
  // Over HTTP/2 the connection belongs to other requests as well; requests that were injected have none.
  if (request.complete || !(socket instanceof Socket)) return;
  const cutOff = () => {
    if (response.headersSent || !socket.writable) request.destroy();
    else socket.end(TIMED_OUT, () => request.destroy());
  };
  const relax = () => {
    request.removeListener('timeout', cutOff);
    socket.setTimeout(0);
  };
  // Heard at the request: a connection nobody listens to would be ended without a word.
  request.setTimeout(waitMs, cutOff);
  request.once('end', relax).once('close', relax);
}
