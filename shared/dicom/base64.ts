/** Base64 (RFC 4648) without the DOM or Node: binary values in DICOM JSON (PS3.18 F.2.7). */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Encodes bytes with padding. Meant for values of some kilobytes, not for pixel data. */
export function encodeBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const triple = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    parts.push(
      ALPHABET.charAt(triple >> 18),
      ALPHABET.charAt((triple >> 12) & 63),
      left > 1 ? ALPHABET.charAt((triple >> 6) & 63) : '=',
      left > 2 ? ALPHABET.charAt(triple & 63) : '=',
    );
  }
  return parts.join('');
}
