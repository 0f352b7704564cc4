import { describe, expect, test } from 'vitest';
import { isBoundary, type MultipartLimits, readMultipart } from './multipart-reader.ts';

const LIMITS: MultipartLimits = { maxParts: 5, maxHeaderBytes: 200, maxBytes: 100_000 };

/** The body in pieces of `size` bytes. */
async function* pieces(body: Buffer | string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(body: Buffer | string, { boundary = 'B', size = 7, limits = LIMITS } = {}) {
  const found: { headers: Record<string, string>; content: Buffer }[] = [];
  for await (const part of readMultipart(pieces(body, size), boundary, limits)) {
    const content: Uint8Array[] = [];
    for await (const bytes of part.content) content.push(Buffer.from(bytes));
    found.push({ headers: Object.fromEntries(part.headers), content: Buffer.concat(content) });
  }
  return found;
}

const TWO = '--B\r\nContent-Type: application/dicom\r\n\r\none\r\n--B\r\nA: b\r\n\r\ntwo\r\n--B--\r\n';

describe('RFC 2046 section 5.1', () => {
  test.each([1, 2, 3, 5, 8, 64, 1000])('two parts, however the bytes arrive (%i at a time)', async (size) => {
    expect(await read(TWO, { size })).toEqual([
      { headers: { 'content-type': 'application/dicom' }, content: Buffer.from('one') },
      { headers: { a: 'b' }, content: Buffer.from('two') },
    ]);
  });

  test.each([
    ['a preamble and an epilogue', `hello\r\nyou\r\n${TWO}and more\r\n--B\r\n`, 2],
    ['blanks behind a boundary', '--B \t \r\n\r\nx\r\n--B--', 1],
    ['no header at all', '--B\r\n\r\nx\r\n--B--', 1],
    ['an empty part', '--B\r\n\r\n\r\n--B--', 1],
    ['a folded header line', '--B\r\nContent-Type: application/dicom;\r\n transfer-syntax=1.2\r\n\r\nx\r\n--B--', 1],
  ])('%s', async (_, body, count) => {
    for (const size of [1, 4, 500]) expect(await read(body, { size })).toHaveLength(count);
  });

  test('content that looks almost like a boundary stays content', async () => {
    const content = Buffer.from('\r\n--\r\r\n-B\n--B\r\n--A--B--\r\n\r\n-');
    for (let size = 1; size < 40; size += 1) {
      const body = Buffer.concat([Buffer.from('--B\r\n\r\n'), content, Buffer.from('\r\n--B--')]);
      expect((await read(body, { size }))[0]?.content).toEqual(content);
    }
  });

  test('a part nobody reads is passed over', async () => {
    const numbers: number[] = [];
    for await (const { number } of readMultipart(pieces(TWO, 3), 'B', LIMITS)) numbers.push(number);
    expect(numbers).toEqual([1, 2]);
  });

  test('nor does it matter where a reader stops', async () => {
    const body = TWO.replace('one', 'one and a long rest of it');
    for (let size = 1; size < 60; size += 1) {
      const types: unknown[] = [];
      for await (const { headers, content } of readMultipart(pieces(body, size), 'B', LIMITS)) {
        types.push(headers.size);
        for await (const _ of content) break;
      }
      expect(types).toEqual([1, 1]);
    }
  });

  test.each([
    ['an empty body', '', /part 0: the boundary never appears/],
    ['another boundary', TWO.replaceAll('--B', '--C'), /the boundary never appears/],
    ['no part', '--B--', /there is no part at all/],
    ['no closing boundary', TWO.slice(0, -7), /part 2: the body ends before the closing boundary/],
    ['an end within a part', TWO.slice(0, 40), /part 1: the body ends before the closing boundary/],
    ['an end within a header', TWO.slice(0, 12), /part 1: the body ends within the header/],
    ['an end within a boundary', '--B\r\n\r\nx\r\n--B', /ends within a boundary/],
    ['bytes behind a boundary', '--B\r\n\r\nx\r\n--Bx\r\n\r\ny\r\n--B--', /not followed by a line break/],
    ['a header without a name', '--B\r\nnonsense\r\n\r\nx\r\n--B--', /a header line has no name/],
    ['a long header', `--B\r\nA: ${'x'.repeat(300)}\r\n\r\nx\r\n--B--`, /the header is longer than 200 bytes/],
    ['many blanks', `--B${' '.repeat(400)}\r\n\r\nx\r\n--B--`, /too many blanks/],
    ['too many parts', `${'--B\r\n\r\nx\r\n'.repeat(6)}--B--`, /part 6: there are more than 5 parts/],
    ['too many bytes', `--B\r\n\r\n${'x'.repeat(100_000)}\r\n--B--`, /larger than the 100000 bytes/],
    ['an endless epilogue', `${TWO}${'x'.repeat(100_000)}`, /larger than the 100000 bytes/],
    ['an endless preamble', 'x'.repeat(100_001), /larger than the 100000 bytes/],
  ])('%s is refused with a sentence', async (_, body, sentence) => {
    for (const size of [1, 11, 4096]) await expect(read(body, { size })).rejects.toThrow(sentence);
  });

  test.each([
    ['abc', true],
    ["0'()+_,-./:=?", true],
    ['x'.repeat(70), true],
    ['x'.repeat(71), false],
    ['', false],
    ['a ', false],
    ['a\r\nb', false],
    ['ä', false],
  ])('boundary "%s" is legal: %s', (text, legal) => {
    expect(isBoundary(text)).toBe(legal);
  });
});
