import { expect, test } from 'vitest';
import { textDecoderFor } from './charset.ts';
import { ascii } from './sample-dataset.ts';

const decode = (terms: string[], text: string) => textDecoderFor(terms)(ascii(text));

test.each([
  ['ISO_IR 100', 'Buc^J\xe9r\xf4me', 'Buc^Jérôme'],
  ['ISO_IR 101', 'W\xb3adys\xb3aw', 'Władysław'],
  ['ISO_IR 144', '\xbb\xee\xda\xe1\xd5\xdc\xd1\xe3\xe0\xd3', 'Люксембург'],
  ['ISO_IR 126', '\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2', 'Διονυσιος'],
  ['ISO_IR 127', '\xe2\xc8\xc7\xe6\xea', 'قباني'],
  ['ISO_IR 138', '\xf9\xf8\xe5\xef', 'שרון'],
  ['ISO_IR 148', '\xc7avu\xfeo\xf0lu', 'Çavuşoğlu'],
  ['ISO_IR 166', '\xb9\xd2\xc1\xca\xa1\xd8\xc5', 'นามสกุล'],
  ['ISO_IR 13', '\xd4\xcf\xc0\xde^\xc0\xdb\xb3', 'ﾔﾏﾀﾞ^ﾀﾛｳ'],
  ['GB18030', 'Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab=', 'Wang^XiaoDong=王^小东='],
])('%s (PS3.3 table C.12-2)', (term, bytes, text) => {
  expect(decode([term], bytes)).toBe(text);
});

test('ISO_IR 192 is UTF-8 (PS3.5 annex J)', () => {
  const bytes = new TextEncoder().encode('Wang^XiaoDong=王^小東=');
  expect(textDecoderFor(['ISO_IR 192'])(bytes)).toBe('Wang^XiaoDong=王^小東=');
});

test('Japanese names with code extensions (PS3.5 annex H.3.1 and H.3.2)', () => {
  const kanji = '\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B';
  expect(decode(['', 'ISO 2022 IR 87'], `Yamada^Tarou=${kanji}`)).toBe('Yamada^Tarou=山田^太郎=やまだ^たろう');
  expect(
    decode(
      ['ISO 2022 IR 13', 'ISO 2022 IR 87'],
      '\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J',
    ),
  ).toBe('ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう');
});

test('Korean names with code extensions (PS3.5 annex I)', () => {
  expect(
    decode(
      ['', 'ISO 2022 IR 149'],
      'Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf',
    ),
  ).toBe('Hong^Gildong=洪^吉洞=홍^길동');
});

test('Chinese names with code extensions (PS3.5 annex K)', () => {
  expect(decode(['', 'ISO 2022 IR 58'], 'Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=')).toBe(
    'Zhang^XiaoDong=张^小东=',
  );
});

test('an escape sequence does not reach beyond a delimiter (PS3.5 section 6.1.2.5.3)', () => {
  expect(decode(['ISO 2022 IR 100', 'ISO 2022 IR 144'], '\x1b-L\xbb\xee\xda^\xe9')).toBe('Люк^é');
  expect(decode(['ISO 2022 IR 100', 'ISO 2022 IR 144'], '\x1b-L\xbb\\\xe9')).toBe('Л\\é');
});

test('undeclared text is read as UTF-8 when it is, else as Latin-1', () => {
  expect(textDecoderFor([])(new TextEncoder().encode('Müller'))).toBe('Müller');
  expect(decode([], 'M\xfcller')).toBe('Müller');
  expect(decode(['NO SUCH SET'], 'M\xfcller')).toBe('Müller');
  expect(decode([''], 'plain')).toBe('plain');
});

test('B38: escape tricks give text, never a failure', () => {
  for (const bytes of ['\x1b', '\x1b$', '\x1b$B', '\x1b$B\x21', '\x1b%G\xff', '\x1b(B\x1b(B', '\x1b$)C', '\x1b-']) {
    expect(typeof decode(['ISO 2022 IR 6', 'ISO 2022 IR 87'], `${bytes}^a`)).toBe('string');
  }
  expect(decode(['ISO_IR 192'], '\xff\xfe')).toBe('ÿþ');
});
