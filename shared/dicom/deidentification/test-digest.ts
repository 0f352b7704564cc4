import type { KeyedDigest } from './pseudonyms.ts';

/** For tests: spreads a text over 16 bytes. No cryptography, which is the server's. */
export function testDigest(key: string): KeyedDigest {
  return (purpose, value) => {
    const out = new Uint8Array(16);
    const text = `${key} ${purpose} ${value}`;
    let state = 0x811c9dc5;
    for (let round = 0; round < 16; round++) {
      for (const character of text) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
      out[round] = state >>> 13;
    }
    return out;
  };
}
