/** Text to bytes, for data sets that arrive as Unicode and keep their Specific Character Set (PS3.18 F.2.2). */
import { encodingOf, textDecodingFor } from './charset.ts';

// Present in every runtime we support, declared by neither of the type libraries this folder may use.
declare const TextEncoder: new () => { encode(text: string): Uint8Array };

/** The bytes of a text, or null when the set does not have one of its characters. */
export type EncodeText = (text: string) => Uint8Array | null;

export const encodeUtf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const tables = new Map<string, ReadonlyMap<string, readonly number[]>>();

/** The encoder for the values of Specific Character Set; null for code extensions and for terms nobody knows. */
export function textEncoderFor(terms: readonly string[]): EncodeText | null {
  const [term = ''] = terms;
  const encoding = encodingOf(term);
  if (encoding === undefined || terms.length > 1 || /2022/.test(term)) return null;
  if (encoding === 'utf-8') return encodeUtf8;
  let table = tables.get(term);
  if (table === undefined) {
    table = encoding === 'ascii' ? new Map() : tableOf(term, encoding);
    tables.set(term, table);
  }
  const known = table;
  return (text) => {
    const bytes: number[] = [];
    for (const character of text) {
      const code = character.codePointAt(0) ?? 0;
      if (code < 0x80) bytes.push(code);
      else {
        const coded = known.get(character);
        if (coded === undefined) return null;
        bytes.push(...coded);
      }
    }
    return Uint8Array.from(bytes);
  };
}

/** What the decoder makes of every single byte, or pair of bytes for the sets that use two, the other way round. */
function tableOf(term: string, encoding: string): ReadonlyMap<string, readonly number[]> {
  const { decode } = textDecodingFor([term]);
  const table = new Map<string, readonly number[]>();
  const pairs = encoding === 'gbk' || encoding === 'gb18030';
  const add = (...bytes: number[]) => {
    const text = decode(Uint8Array.from(bytes), 'text');
    if ([...text].length === 1 && text !== '\ufffd' && !table.has(text)) table.set(text, bytes);
  };
  for (let lead = 0x80; lead < 0x100; lead++) {
    if (!pairs) add(lead);
    else for (let trail = 0x40; trail < 0xff; trail++) add(lead, trail);
  }
  return table;
}
