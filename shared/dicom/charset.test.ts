import { expect, test } from 'vitest';
import { isDefinedTerm, type TextScope, textDecodingFor } from './charset.ts';
import { ascii } from './sample-dataset.ts';

const decode = (terms: string[], text: string, scope: TextScope = 'name') =>
  textDecodingFor(terms).decode(ascii(text), scope);
const problem = (terms: string[], text: string) => textDecodingFor(terms).problemOf(ascii(text));
const utf8 = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));

test.each([
  ['ISO_IR 100', 'Buc^J\xe9r\xf4me', 'Buc^Jérôme'],
  ['ISO_IR 101', 'W\xb3adys\xb3aw', 'Władysław'],
  ['ISO_IR 144', '\xbb\xee\xda\xe1\xd5\xdc\xd1\xe3\xe0\xd3', 'Люксембург'],
  ['ISO_IR 126', '\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2', 'Διονυσιος'],
  ['ISO_IR 127', '\xe2\xc8\xc7\xe6\xea', 'قباني'],
  ['ISO_IR 138', '\xf9\xf8\xe5\xef', 'שרון'],
  ['ISO_IR 148', '\xc7avu\xfeo\xf0lu', 'Çavuşoğlu'],
  ['ISO_IR 109', '\xfeaudo \xc6ielo', 'ŝaudo Ĉielo'],
  ['ISO_IR 110', 'J\xe0nis B\xbarzi\xf1\xb9', 'Jānis Bērziņš'],
  ['ISO_IR 203', 'C\xbdur \xa4', 'Cœur €'],
  ['ISO_IR 166', '\xb9\xd2\xc1\xca\xa1\xd8\xc5', 'นามสกุล'],
  ['ISO_IR 13', '\xd4\xcf\xc0\xde^\xc0\xdb\xb3', 'ﾔﾏﾀﾞ^ﾀﾛｳ'],
  ['GB18030', 'Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab=', 'Wang^XiaoDong=王^小东='],
])('%s (PS3.3 table C.12-2)', (term, bytes, text) => {
  expect(decode([term], bytes)).toBe(text);
});

test('ISO_IR 192 is UTF-8 (PS3.5 annex J)', () => {
  expect(decode(['ISO_IR 192'], utf8('Wang^XiaoDong=王^小東='))).toBe('Wang^XiaoDong=王^小東=');
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
  expect(decode([], utf8('Müller'))).toBe('Müller');
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

test('KS X 1001 and GB 2312 without their first escape sequence, GBK (PS3.3 tables C.12-4 and C.12-5)', () => {
  expect(decode(['ISO 2022 IR 149'], '\xb1\xe8\xc8\xf1\xc1\xdf')).toBe('김희중');
  expect(decode(['GBK'], 'Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab')).toBe('Wang^XiaoDong=王^小东');
  expect(decode(['ISO 2022 IR 58'], 'Zhang=\x1b$)A\xd5\xc5')).toBe('Zhang=张');
});

test('GB18030 and GBK use the code of the backslash within characters (PS3.5 annex J.3)', () => {
  for (const terms of [['GB18030'], ['GBK'], ['GB18030', 'ISO 2022 IR 58']]) {
    expect(decode(terms, '\x81\x5c\x95\x5e', 'values')).toBe('乗昢');
  }
  expect(decode(['GB18030'], '\x95\x32\x82\x36')).toBe('𠀀');
});

test('JIS X 0212 is ISO 2022 IR 159 (PS3.3 table C.12-4)', () => {
  expect(decode(['', 'ISO 2022 IR 87', 'ISO 2022 IR 159'], '\x1b$(D\x30\x21\x1b(B^\x1b$B;3\x1b(B')).toBe('丂^山');
});

test('half-width katakana of G1 stand beside kanji of G0', () => {
  expect(decode(['ISO 2022 IR 13', 'ISO 2022 IR 87'], '\x1b$B;3\xc0\xdbED\x1b(J')).toBe('山ﾀﾛ田');
});

test('every set of tables C.12-2 and C.12-3 by both of its terms', () => {
  const letters: readonly (readonly [number, string, string])[] = [
    [100, '\xe9', 'é'],
    [101, '\xb3', 'ł'],
    [109, '\xfe', 'ŝ'],
    [110, '\xb9', 'š'],
    [144, '\xbb', 'Л'],
    [127, '\xe2', 'ق'],
    [126, '\xc4', 'Δ'],
    [138, '\xf9', 'ש'],
    [148, '\xfe', 'ş'],
    [203, '\xbd', 'œ'],
    [13, '\xd4', 'ﾔ'],
    [166, '\xb9', 'น'],
  ];
  for (const [number, byte, letter] of letters) {
    expect(decode([`ISO_IR ${number}`], byte)).toBe(letter);
    expect(decode([`ISO 2022 IR ${number}`], byte)).toBe(letter);
    expect(decode([`ISO 2022 IR ${number}`, 'ISO 2022 IR 87'], `\x1b$B;3\x1b(B${byte}`)).toBe(`山${letter}`);
    expect(problem([`ISO_IR ${number}`], byte)).toBeNull();
  }
});

test('a set that is invoked ends at line ends and at the delimiters of its VR only (PS3.5 section 6.1.2.5.3)', () => {
  const terms = ['', 'ISO 2022 IR 149'];
  // In a text and in a list of values `^` and `=` are characters like others.
  for (const scope of ['values', 'text'] as const) {
    expect(decode(terms, '\x1b$)C\xb1\xe8^=\xc8\xf1', scope)).toBe('김^=희');
  }
  expect(decode(['ISO 2022 IR 100', 'ISO 2022 IR 149'], '\x1b$)C\xb1\xe8\\\xe9', 'values')).toBe('김\\é');
  expect(decode(terms, '\x1b$)C\xb1\xe8\\\xc8\xf1', 'text')).toBe('김\\희');
  for (const end of ['\r\n', '\n', '\f', '\t']) {
    expect(decode(['ISO 2022 IR 100', 'ISO 2022 IR 149'], `\x1b$)C\xb1\xe8${end}\xe9`, 'text')).toBe(`김${end}é`);
    expect(decode(['', 'ISO 2022 IR 87'], `\x1b$B;3${end}ED`, 'text')).toBe(`山${end}ED`);
  }
});

test.each([
  ['ISO IR 100', '\xe9', 'é'],
  ['ISO-IR 100', '\xe9', 'é'],
  ['ISO_IR_100', '\xe9', 'é'],
  ['ISO_IR100', '\xe9', 'é'],
  ['iso_ir 100', '\xe9', 'é'],
  ['ISO 100', '\xe9', 'é'],
  ['ISO-IR 192', '\xc3\xa9', 'é'],
  ['UTF-8', '\xc3\xa9', 'é'],
  ['ISO 2022 IR 192', '\xc3\xa9', 'é'],
  ['ISO 2022 GBK', '\xcd\xf5', '王'],
  ['ISO 2022 58', '\xd5\xc5', '张'],
  ['ISO_IR 87', '\x1b$B;3\x1b(B', '山'],
])('the misspelt term %s is understood', (term, bytes, text) => {
  expect(decode([term], bytes)).toBe(text);
  expect(isDefinedTerm(term)).toBe(false);
  expect(problem([term], bytes)).toBeNull();
});

test('defined terms are told from others (PS3.3 tables C.12-2 to C.12-5)', () => {
  for (const term of ['', 'ISO_IR 100', 'ISO_IR 192', 'GB18030', 'GBK', 'ISO 2022 IR 6', 'ISO 2022 IR 159']) {
    expect(isDefinedTerm(term)).toBe(true);
  }
  for (const term of ['ISO_IR 149', 'ISO_IR 99', 'ISO 2022 IR 192', 'LATIN1']) expect(isDefinedTerm(term)).toBe(false);
});

test('what had to be assumed is named', () => {
  expect(problem([], 'plain')).toBeNull();
  expect(problem(['NO SUCH SET'], 'plain')).toBeNull();
  expect(problem([], 'M\xfcller')).toBe('charset-undeclared');
  expect(problem([''], utf8('Müller'))).toBe('charset-undeclared');
  expect(problem(['ISO_IR 6'], 'M\xfcller')).toBe('charset-undeclared');
  expect(problem(['NO SUCH SET'], 'M\xfcller')).toBe('charset-unknown');
  expect(problem(['ISO_IR 192'], 'M\xfcller')).toBe('charset-mismatch');
  expect(problem(['ISO_IR 127'], '\xff')).toBe('charset-mismatch');
  expect(problem(['ISO_IR 100'], '\x1b$B;3\x1b(B')).toBe('charset-escape-undeclared');
  expect(decode(['ISO_IR 100'], '\x1b$B;3\x1b(B \xe9')).toBe('山 é');
  expect(decode([], '\x1b$B;3\x1b(B')).toBe('山');
});
