import { expect, test } from 'vitest';
import { displayName, isDropping } from './display-name.ts';

test.each([
  ['CT/slice 1.dcm', 'CT/slice 1.dcm'],
  ['a\\b\\c.dcm', 'a/b/c.dcm'],
  ['/etc/passwd', 'etc/passwd'],
  ['../../x', 'x'],
  ['C:\\data\\x.svs', 'data/x.svs'],
  ['a//./b/', 'a/b'],
  ['in\u202egpj.exe', 'ingpj.exe'],
  ['bell\u0007\u0000.txt', 'bell.txt'],
  ['', 'unnamed'],
  ['..', 'unnamed'],
  ['患者.dcm', '患者.dcm'],
])('%j is shown as %j', (name, shown) => {
  expect(displayName(name)).toBe(shown);
});

test('of a very long name the end stays', () => {
  const shown = displayName(`${'x/'.repeat(500)}last.dcm`);
  expect(shown).toHaveLength(240);
  expect(shown).toMatch(/^….*last\.dcm$/);
});

test('droppings of file managers', () => {
  for (const name of ['.DS_Store', 'a/.DS_Store', '__MACOSX/a/._x', 'Thumbs.db', 'a\\desktop.ini', '._slice.dcm']) {
    expect(isDropping(name), name).toBe(true);
  }
  for (const name of ['a.dcm', 'MACOSX/a', 'thumbs.dbx', '_x']) expect(isDropping(name), name).toBe(false);
});
