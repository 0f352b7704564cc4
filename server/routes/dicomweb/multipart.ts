import { randomUUID } from 'node:crypto';

/** multipart/related bodies (RFC 2387) as PS3.18 section 8.6.1.2 uses them. */

export interface Multipart {
  readonly contentType: string;
  /** What goes before the bytes of each part. */
  readonly partHead: Buffer;
  readonly tail: Buffer;
}

/** For parts of one kind; each has the media type and the transfer syntax. */
export function multipart(mediaType: string, transferSyntaxUid: string): Multipart {
  const { partHead, ...rest } = multipartOf(mediaType);
  return { ...rest, partHead: partHead(transferSyntaxUid) };
}

/** For parts of one media type, each in a transfer syntax of its own, or in none (null). */
export function multipartOf(mediaType: string): {
  readonly contentType: string;
  partHead(transferSyntaxUid: string | null): Buffer;
  readonly tail: Buffer;
} {
  const boundary = `consilium-${randomUUID()}`;
  return {
    contentType: `multipart/related; type="${mediaType}"; boundary="${boundary}"`,
    partHead(transferSyntaxUid) {
      const partType = transferSyntaxUid === null ? mediaType : `${mediaType}; transfer-syntax=${transferSyntaxUid}`;
      // The line break before a boundary belongs to it; before the first one it is an empty preamble.
      return Buffer.from(`\r\n--${boundary}\r\nContent-Type: ${partType}\r\n\r\n`);
    },
    tail: Buffer.from(`\r\n--${boundary}--\r\n`),
  };
}
