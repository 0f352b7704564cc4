import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';

/** Packing an answer as a whole (RFC 9110 section 8.4.1.3): it leaves in one piece and says how long it is. */

/** Packed at once up to this size, which takes less than handing it to a thread and being woken again. */
const AT_ONCE_BYTES = 64 * 1024;
/** Answers say the same over and over: the quickest compression finds most of it, in a third of the time of the best. */
const QUICK = { level: 1 };
const inThread = promisify(gzip);

/** True unless the client leaves gzip out or gives it no weight (RFC 9110 section 12.5.3). */
export function acceptsGzip(header: string | undefined): boolean {
  const codings = (header ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim());
  const named =
    codings.find((coding) => /^(x-)?gzip\b/.test(coding)) ?? codings.find((coding) => coding.startsWith('*'));
  return named !== undefined && !/;\s*q=0(\.0*)?$/.test(named);
}

/** Quick rather than small. */
export async function gzipped(bytes: Uint8Array): Promise<Uint8Array> {
  return bytes.byteLength <= AT_ONCE_BYTES ? gzipSync(bytes, QUICK) : await inThread(bytes, QUICK);
}
