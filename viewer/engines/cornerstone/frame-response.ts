import { FrameFailure, failureOfStatus } from './frame-failure.ts';

export interface FrameBytes {
  readonly bytes: Uint8Array;
  readonly transferSyntaxUid: string;
}

/** Single part, so that it is cached and ranged as it is; a multipart answer is understood as well (PS3.18 8.6.1). */
const ACCEPT =
  'application/octet-stream; transfer-syntax=*, multipart/related; type="application/octet-stream"; transfer-syntax=*';
export const HTJ2K_RPCL = '1.2.840.10008.1.2.4.202';
/** Compressed without loss where the server can do that, else as stored. */
const ACCEPT_SMALL = `image/jphc; transfer-syntax=${HTJ2K_RPCL}, ${ACCEPT.replaceAll('=*', '=*; q=0.5')}`;
const ACCEPT_NATIVE = 'application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1';
const IMPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2';
/** Media types that name their coding without a transfer-syntax parameter (PS3.18 table 8.7.3-5). */
const SYNTAX_OF_MEDIA_TYPE: Readonly<Record<string, string>> = {
  'image/jpeg': '1.2.840.10008.1.2.4.50',
  'image/x-dicom-rle': '1.2.840.10008.1.2.5',
  'image/dicom-rle': '1.2.840.10008.1.2.5',
  'image/jls': '1.2.840.10008.1.2.4.80',
  'image/jp2': '1.2.840.10008.1.2.4.90',
  'image/jphc': '1.2.840.10008.1.2.4.201',
};

/** As stored; uncompressed; or in as few bytes as the server can make without loss. */
export type FrameForm = 'stored' | 'native' | 'small';

const ACCEPT_OF: Readonly<Record<FrameForm, string>> = { stored: ACCEPT, native: ACCEPT_NATIVE, small: ACCEPT_SMALL };

/**
 * Fetches one frame.
 * @throws FrameFailure for a refusal, DOMException on abort or timeout.
 */
export async function fetchFrame(url: string, form: FrameForm, signal: AbortSignal): Promise<FrameBytes> {
  const response = await fetch(url, { headers: { Accept: ACCEPT_OF[form] }, credentials: 'same-origin', signal });
  return await readFrame(response);
}

/** Fetches the first bytes of a frame in HTJ2K with its resolutions in order. @throws as `fetchFrame` */
export async function fetchRange(url: string, lengthBytes: number, signal: AbortSignal): Promise<FrameBytes> {
  const headers = { Accept: `image/jphc; transfer-syntax=${HTJ2K_RPCL}`, Range: `bytes=0-${lengthBytes - 1}` };
  // A part must not stand in the cache for the whole, and the whole need not be asked whether it is still the same.
  const response = await fetch(url, { headers, credentials: 'same-origin', cache: 'no-store', signal });
  return await readFrame(response);
}

async function readFrame(response: Response): Promise<FrameBytes> {
  if (!response.ok) throw failureOfStatus(response.status);
  const body = new Uint8Array(await response.arrayBuffer());
  const frame = parseFrameResponse(response.headers.get('content-type') ?? '', body);
  if (frame.bytes.length === 0) throw new FrameFailure('The server sent an empty image.');
  return frame;
}

/** The frame in a single-part or multipart body with the coding its content type names. */
export function parseFrameResponse(contentType: string, body: Uint8Array): FrameBytes {
  if (!/^multipart\/related/i.test(contentType)) return { bytes: body, transferSyntaxUid: syntaxOf(contentType) };
  const boundary = parameterOf(contentType, 'boundary');
  if (boundary === null) throw new FrameFailure('The server sent an image in parts that cannot be told apart.');
  const delimiter = asciiBytes(`--${boundary}`);
  const headersEnd = indexOfBytes(body, asciiBytes('\r\n\r\n'), 0);
  const end = headersEnd < 0 ? -1 : indexOfBytes(body, asciiBytes(`\r\n--${boundary}`), headersEnd + 4);
  if (indexOfBytes(body, delimiter, 0) < 0 || headersEnd < 0 || end < 0) {
    throw new FrameFailure('The server sent an image that is cut short.');
  }
  const headers = new TextDecoder('latin1').decode(body.subarray(0, headersEnd));
  const partType = /^content-type:\s*(.+)$/im.exec(headers)?.[1] ?? contentType;
  return { bytes: body.subarray(headersEnd + 4, end), transferSyntaxUid: syntaxOf(partType) };
}

function syntaxOf(contentType: string): string {
  const stated = parameterOf(contentType, 'transfer-syntax');
  if (stated !== null && /^[\d.]+$/.test(stated)) return stated;
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return SYNTAX_OF_MEDIA_TYPE[mediaType] ?? IMPLICIT_LITTLE_ENDIAN;
}

function parameterOf(contentType: string, name: string): string | null {
  const match = new RegExp(`;\\s*${name}=("([^"]*)"|[^;\\s]*)`, 'i').exec(contentType);
  return match === null ? null : (match[2] ?? match[1] ?? null);
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A frame of megabytes holds few candidates for the first byte; `indexOf` on the typed array jumps between them. */
function indexOfBytes(haystack: Uint8Array, needle: Uint8Array, from: number): number {
  const [first] = needle;
  if (first === undefined) return from;
  for (let at = haystack.indexOf(first, from); at >= 0; at = haystack.indexOf(first, at + 1)) {
    if (needle.every((byte, i) => haystack[at + i] === byte)) return at;
  }
  return -1;
}
