import { expect, it } from 'vitest';
import { withStatedColor } from './jpeg-color.ts';

const bare = Uint8Array.of(0xff, 0xd8, 0xff, 0xdb, 0x00, 0x03, 0x11, 0xff, 0xda, 0x00, 0x02);
const adobe = Uint8Array.of(0xff, 0xd8, 0xff, 0xee, 0x00, 0x03, 0x11, 0xff, 0xda, 0x00, 0x02);
const jfif = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0x00, 0x03, 0x11, 0xff, 0xda, 0x00, 0x02);

it('marks a stream as RGB that says nothing of its colours while the header says RGB', () => {
  const marked = withStatedColor(bare, 'RGB');
  expect([...marked.subarray(0, 4)]).toEqual([0xff, 0xd8, 0xff, 0xee]);
  expect(new TextDecoder('latin1').decode(marked.subarray(6, 11))).toBe('Adobe');
  expect(marked[17]).toBe(0);
  expect([...marked.subarray(18)]).toEqual([...bare.subarray(2)]);
});

it('leaves every stream alone that states its colours, is not RGB, or is no JPEG', () => {
  expect(withStatedColor(adobe, 'RGB')).toBe(adobe);
  expect(withStatedColor(jfif, 'RGB')).toBe(jfif);
  expect(withStatedColor(bare, 'YBR_FULL_422')).toBe(bare);
  const other = Uint8Array.of(1, 2, 3, 4);
  expect(withStatedColor(other, 'RGB')).toBe(other);
});
