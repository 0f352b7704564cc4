/** The name a colour profile gives itself (ICC.1:2022 section 9.2.41, profileDescriptionTag). */

const HEADER_BYTES = 128;
/** Profiles have some twenty tags. */
const MOST_TAGS = 200;
const MOST_NAME_BYTES = 4096;
const MOST_NAME_LENGTH = 80;

/** Bytes of the profile from an offset on; only ever asked for what lies inside. */
export type ProfileRead = (offset: number, length: number) => Promise<Uint8Array>;

/** The name, or null where the profile has none that can be read: it is words for people and nothing depends on it. */
export async function readProfileName(read: ProfileRead, sizeBytes: number): Promise<string | null> {
  if (sizeBytes < HEADER_BYTES + 4) return null;
  const most = Math.min(sizeBytes, HEADER_BYTES + 4 + MOST_TAGS * 12);
  const head = Buffer.from(await read(0, most));
  if (head.toString('latin1', 36, 40) !== 'acsp') return null;
  const count = Math.min(head.readUInt32BE(HEADER_BYTES), MOST_TAGS);
  for (let at = HEADER_BYTES + 4; at + 12 <= head.length && at < HEADER_BYTES + 4 + count * 12; at += 12) {
    if (head.toString('latin1', at, at + 4) !== 'desc') continue;
    const offset = head.readUInt32BE(at + 4);
    const length = Math.min(head.readUInt32BE(at + 8), MOST_NAME_BYTES, sizeBytes - offset);
    if (length < 16) return null;
    return tidy(description(Buffer.from(await read(offset, length))));
  }
  return null;
}

function description(tag: Buffer): string {
  const kind = tag.toString('latin1', 0, 4);
  // Version 2: textDescriptionType, of which the first part is ASCII.
  if (kind === 'desc') return tag.toString('latin1', 12, Math.min(tag.length, 12 + tag.readUInt32BE(8)));
  if (kind !== 'mluc' || tag.readUInt32BE(8) === 0 || tag.length < 28) return '';
  // Version 4: multiLocalizedUnicodeType; the first record is the one everybody writes.
  const [length, offset] = [tag.readUInt32BE(20), tag.readUInt32BE(24)];
  const text = Buffer.from(tag.subarray(offset, offset + length));
  return text.length % 2 === 0 ? text.swap16().toString('utf16le') : '';
}

function tidy(name: string): string | null {
  const plain = name.replace(/[\p{C}\s]+/gu, ' ').trim();
  return plain === '' ? null : plain.slice(0, MOST_NAME_LENGTH);
}
