import { describe, expect, it } from 'vitest';
import {
  encodeObjectList,
  isObjectList,
  MOST_LIST_BYTES,
  MOST_LISTED_OBJECTS,
  parseObjectList,
} from './object-list.ts';

const hash = (digit: number): string => digit.toString(16).padStart(64, '0');

describe('encodeObjectList', () => {
  it('writes the same bytes whatever the order, each object once', () => {
    const list = encodeObjectList([hash(2), hash(1), hash(2)]);
    expect(list).toEqual(encodeObjectList([hash(1), hash(2)]));
    expect(isObjectList(list)).toBe(true);
    expect(parseObjectList(list)).toEqual([hash(1), hash(2)]);
  });

  it('holds as many as may be, and no more', () => {
    const most = Array.from({ length: MOST_LISTED_OBJECTS }, (_, index) => hash(index));
    expect(encodeObjectList(most).byteLength).toBe(MOST_LIST_BYTES);
    expect(parseObjectList(encodeObjectList(most))).toHaveLength(MOST_LISTED_OBJECTS);
    expect(() => encodeObjectList([...most, hash(MOST_LISTED_OBJECTS)])).toThrow(RangeError);
    expect(() => encodeObjectList(['../secret'])).toThrow(RangeError);
  });
});

describe('parseObjectList refuses', () => {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const sound = new TextDecoder().decode(encodeObjectList([hash(1)]));
  it.each([
    ['another file', 'II*'],
    ['a list of nothing', `${sound.split('\n')[0]}\n`],
    ['a list that was cut', sound.slice(0, -2)],
    ['names that are no hashes', sound.replace(hash(1), '../../etc/passwd')],
    ['a list that is too long', sound + `${hash(3)}\n`.repeat(MOST_LISTED_OBJECTS)],
  ])('%s', (_, value) => {
    expect(parseObjectList(text(value))).toBeNull();
  });
});
