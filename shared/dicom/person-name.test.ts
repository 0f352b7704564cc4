import { expect, test } from 'vitest';
import { displayPersonName, parsePersonName } from './person-name.ts';

test('splits groups and components (PS3.5 section 6.2.1)', () => {
  const name = parsePersonName('Adams^John Robert Quincy^^Rev.^B.A. M.Div.');
  expect(name.alphabetic).toEqual({
    family: 'Adams',
    given: 'John Robert Quincy',
    middle: '',
    prefix: 'Rev.',
    suffix: 'B.A. M.Div.',
  });
  expect(name.ideographic).toBeNull();
  expect(parsePersonName('Yamada^Tarou=山田^太郎=やまだ^たろう').phonetic?.given).toBe('たろう');
});

test.each([
  ['Adams^John^Q^Dr', 'Adams, Dr John Q'],
  ['Yamada^Tarou=山田^太郎', 'Yamada, Tarou (山田, 太郎)'],
  ['=山田^太郎', '山田, 太郎'],
  ['Lastname', 'Lastname'],
  ['^Given', 'Given'],
])('prints %s as %s', (value, shown) => expect(displayPersonName(value)).toBe(shown));

test.each(['', '^^^^', '==', ' ^ '])('the empty name %j prints as nothing', (value) => {
  expect(displayPersonName(value)).toBe('');
});

test('B38: direction overrides, controls and 10 MB of name cannot re-arrange a list', () => {
  expect(displayPersonName('Evil\u202Etxt\u0007\n^A')).toBe('Eviltxt, A');
  expect(displayPersonName('x'.repeat(10_000_000)).length).toBeLessThanOrEqual(256);
  // Markup stays text; whoever prints it escapes it.
  expect(displayPersonName('<script>alert(1)</script>')).toBe('<script>alert(1)</script>');
});
