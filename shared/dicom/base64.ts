/** Base64 (RFC 4648) without the DOM or Node: binary values in DICOM JSON (PS3.18 F.2.7). */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Int8Array(128).fill(-1);
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/** The bytes of a text, or null when it is none; blanks and line breaks are passed over, padding may be missing. */
export function decodeBase64(text: string): Uint8Array | null {
  const letters = text.replace(/[ \t\r\n]/g, '').replace(/={1,2}$/, '');
  if (letters.length % 4 === 1) return null;
  const out = new Uint8Array(Math.floor((letters.length * 3) / 4));
  let [at, bits, held] = [0, 0, 0];
  for (let i = 0; i < letters.length; i++) {
    const value = VALUES[letters.charCodeAt(i)] ?? -1;
    if (value < 0) return null;
    held = ((held << 6) | value) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out[at++] = (held >> bits) & 0xff;
  }
  return out;
}

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
