import { AppError } from '#shared/errors.ts';

/** Reads multipart bodies (RFC 2046 section 5.1) as they arrive, within bounds; never a part in memory. */

export interface MultipartLimits {
  readonly maxParts: number;
  /** Of the header lines of one part. */
  readonly maxHeaderBytes: number;
  /** Of the whole body. */
  readonly maxBytes: number;
}

export interface Part {
  /** Counts from 1. */
  readonly number: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** The bytes of the part. To be read to its end before the next part is asked for; what is left is passed over. */
  readonly content: AsyncGenerator<Uint8Array, void>;
}

const EMPTY: Uint8Array = Buffer.alloc(0);
const DASHES = 0x2d2d;
const LINE_BREAK = 0x0d0a;
const HEAD_END = Buffer.from('\r\n\r\n');
/** Blanks a gateway may add behind a boundary (RFC 2046 section 5.1.1). */
const MAX_PADDING_BYTES = 256;

/** RFC 2046 section 5.1.1: 1 to 70 characters of this alphabet, the last one no blank. */
export function isBoundary(text: string): boolean {
  return /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/.test(text);
}

/**
 * The parts of `body` one after the other. The body must end with the closing boundary; what follows it is ignored.
 * @throws AppError MULTIPART_INVALID, BODY_TOO_LARGE; whatever the body throws
 */
export async function* readMultipart(
  body: AsyncIterable<Uint8Array>,
  boundary: string,
  limits: MultipartLimits,
): AsyncGenerator<Part, void> {
  const source = new Source(body, limits.maxBytes);
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  let number = 0;
  const invalid = (reason: string) => new AppError('MULTIPART_INVALID', { part: number, reason });

  // A body starts with the first boundary or a preamble; the line break before it is no part of the body.
  source.prepend(Buffer.from('\r\n'));
  for await (const _ of contentUpTo(source, delimiter, () => invalid('the boundary never appears'))) {
    // The preamble says nothing (RFC 2046 section 5.1.1).
  }
  for (;;) {
    if (await endsHere(source, invalid)) break;
    number += 1;
    if (number > limits.maxParts) throw invalid(`there are more than ${limits.maxParts} parts`);
    const headers = await readHeaders(source, limits.maxHeaderBytes, invalid);
    const reading = { finished: false };
    const ended = () => invalid('the body ends before the closing boundary');
    yield { number, headers, content: contentUpTo(source, delimiter, ended, reading) };
    if (reading.finished) continue;
    for await (const _ of contentUpTo(source, delimiter, ended)) {
      // Whoever did not care for the rest gets the next part all the same.
    }
  }
  if (number === 0) throw new AppError('MULTIPART_INVALID', { part: 1, reason: 'there is no part at all' });
  await source.drain();
}

/** Bytes that have arrived and were not used yet. */
class Source {
  pending: Uint8Array = EMPTY;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #maxBytes: number;
  #received = 0;

  constructor(body: AsyncIterable<Uint8Array>, maxBytes: number) {
    this.#chunks = body[Symbol.asyncIterator]();
    this.#maxBytes = maxBytes;
  }

  prepend(bytes: Uint8Array): void {
    this.pending = Buffer.concat([bytes, this.pending]);
  }

  /** Appends what comes next; false at the end of the body. */
  async more(): Promise<boolean> {
    const next = await this.next();
    if (next === null) return false;
    this.pending = this.pending.byteLength === 0 ? next : Buffer.concat([this.pending, next]);
    return true;
  }

  /** What comes next, which is then the caller's; null at the end of the body. */
  async next(): Promise<Uint8Array | null> {
    const next = await this.#chunks.next();
    if (next.done === true) return null;
    this.#received += next.value.byteLength;
    if (this.#received > this.#maxBytes) throw new AppError('BODY_TOO_LARGE', { limitBytes: this.#maxBytes });
    return next.value;
  }

  take(length: number): Uint8Array {
    const taken = this.pending.subarray(0, length);
    this.pending = this.pending.subarray(length);
    return taken;
  }

  /** Reads the epilogue, so that the connection can be used again. */
  async drain(): Promise<void> {
    do this.pending = EMPTY;
    while (await this.more());
  }
}

/** What stands before the delimiter, and swallows the delimiter. */
async function* contentUpTo(
  source: Source,
  delimiter: Buffer,
  ended: () => AppError,
  reading = { finished: false },
): AsyncGenerator<Uint8Array, void> {
  for (;;) {
    const at = viewOf(source.pending).indexOf(delimiter);
    if (at !== -1) {
      const rest = source.take(at);
      source.take(delimiter.byteLength);
      reading.finished = true;
      if (rest.byteLength > 0) yield rest;
      return;
    }
    // The delimiter may begin in these bytes and end in the next ones.
    const certain = source.pending.byteLength - delimiter.byteLength + 1;
    if (certain > 0) yield source.take(certain);
    const doubtful = source.pending;
    const next = await source.next();
    if (next === null) throw ended();
    // Copied are only the few bytes around the seam: copies of whole pieces would keep the collector busy.
    const seam = Buffer.concat([doubtful, next.subarray(0, delimiter.byteLength - 1)]);
    if (next.byteLength < delimiter.byteLength || seam.includes(delimiter)) {
      source.pending = Buffer.concat([doubtful, next]);
    } else {
      source.pending = next;
      if (doubtful.byteLength > 0) yield doubtful;
    }
  }
}

/** Behind a boundary: true for the closing one, false when a part follows. */
async function endsHere(source: Source, invalid: (reason: string) => AppError): Promise<boolean> {
  while (source.pending.byteLength < 2) if (!(await source.more())) throw invalid('the body ends within a boundary');
  if (viewOf(source.pending).readUInt16BE(0) === DASHES) return true;
  let padding = 0;
  for (;;) {
    while (source.pending.byteLength < padding + 2) {
      if (!(await source.more())) throw invalid('the body ends within a boundary');
    }
    const byte = source.pending[padding];
    if (byte !== 0x20 && byte !== 0x09) break;
    padding += 1;
    if (padding > MAX_PADDING_BYTES) throw invalid('a boundary is followed by too many blanks');
  }
  if (viewOf(source.pending).readUInt16BE(padding) !== LINE_BREAK) {
    throw invalid('a boundary is not followed by a line break');
  }
  // The line break stays: an empty head is then found as the empty line it is.
  source.take(padding);
  return false;
}

async function readHeaders(
  source: Source,
  maxBytes: number,
  invalid: (reason: string) => AppError,
): Promise<ReadonlyMap<string, string>> {
  let end = viewOf(source.pending).indexOf(HEAD_END);
  while (end === -1) {
    if (source.pending.byteLength > maxBytes) break;
    if (!(await source.more())) throw invalid('the body ends within the header of a part');
    end = viewOf(source.pending).indexOf(HEAD_END);
  }
  if (end === -1 || end > maxBytes) throw invalid(`the header is longer than ${maxBytes} bytes`);
  const text = viewOf(source.take(end)).toString('latin1');
  source.take(HEAD_END.byteLength);
  const headers = new Map<string, string>();
  // A line that starts with a blank continues the one before (RFC 5322 section 2.2.3).
  for (const line of text.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    if (colon < 1) throw invalid('a header line has no name');
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
