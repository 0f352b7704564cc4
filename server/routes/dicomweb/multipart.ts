import { randomUUID } from 'node:crypto';

/** multipart/related bodies (RFC 2387) as PS3.18 section 8.6.1.2 uses them. */

export interface Multipart {
  readonly contentType: string;
  /** What goes before the bytes of each part. */
  readonly partHead: Buffer;
  readonly tail: Buffer;
}

/** `partType` is the media type of each part, with its transfer syntax when it has one. */
export function multipart(mediaType: string, transferSyntaxUid: string): Multipart {
  const boundary = `consilium-${randomUUID()}`;
  const partType = `${mediaType}; transfer-syntax=${transferSyntaxUid}`;
  return {
    contentType: `multipart/related; type="${mediaType}"; boundary="${boundary}"`,
    // The line break before a boundary belongs to it; before the first one it is an empty preamble.
    partHead: Buffer.from(`\r\n--${boundary}\r\nContent-Type: ${partType}\r\n\r\n`),
    tail: Buffer.from(`\r\n--${boundary}--\r\n`),
  };
}
