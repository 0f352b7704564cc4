import { expect, test } from 'vitest';
import { foldName, foldText } from './fold-text.ts';

test.each([
  ['Müller', 'muller'],
  ['STRASSE', 'strasse'],
  ['Straße', 'strasse'],
  ['Łódź', 'lodz'],
  ['ΟΔΟΣ', 'οδοσ'],
  ['Ｓｍｉｔｈ', 'smith'],
  ['山田', '山田'],
])('%s is compared as %s', (text, folded) => {
  expect(foldText(text)).toBe(folded);
});

test('components, hyphens and apostrophes part the words of a name (PS3.5 6.2.1)', () => {
  expect(foldName("O'Brien^Anne-Marie^^Dr.")).toBe('o brien anne marie dr');
  expect(foldName('^^')).toBe('');
});
