import { describe, expect, it } from 'vitest';
import { CHANNELS_PATTERN, parseChannels, planeQuery } from './plane-selection.ts';

describe('parseChannels', () => {
  it('reads numbers, colours and windows', () => {
    const text = '0,2:FF8000,3::-10.5:400,4:00ff00:0:1';
    expect(CHANNELS_PATTERN.test(text)).toBe(true);
    expect(parseChannels(text)).toEqual([
      { index: 0, colour: null, window: null },
      { index: 2, colour: '#ff8000', window: null },
      { index: 3, colour: null, window: { low: -10.5, high: 400 } },
      { index: 4, colour: '#00ff00', window: { low: 0, high: 1 } },
    ]);
  });

  it.each(['', ',', '0,', 'a', '-1', '0:red', '0::1', '0::1:', '0::1:2:3', '0::1e5:2e5', '0::NaN:1', '0 '])(
    'is not asked for %j',
    (text) => {
      expect(CHANNELS_PATTERN.test(text)).toBe(false);
    },
  );

  it.each([
    ['0,1,0', /twice/],
    ['0::5:5', /window/],
    ['0::5:4', /window/],
    [Array.from({ length: 65 }, (_, index) => index).join(','), /more than 64/],
  ])('refuses %s', (text, reason) => {
    expect(CHANNELS_PATTERN.test(text)).toBe(true);
    expect(parseChannels(text)).toEqual({ refusal: expect.stringMatching(reason) });
  });
});

describe('planeQuery', () => {
  it('is empty for what is shown first', () => {
    expect(planeQuery({ focalPlane: null, channels: [] })).toBe('');
  });

  it('writes what parseChannels reads', () => {
    const channels = [
      { index: 1, colour: '#0a0b0c', window: { low: 0.25, high: 70000 } },
      { index: 0, colour: null, window: { low: -3, high: 4 } },
      { index: 5, colour: '#ffffff', window: null },
      { index: 6, colour: null, window: null },
    ];
    const query = new URLSearchParams(planeQuery({ focalPlane: 3, channels }));
    expect(query.get('focalPlane')).toBe('3');
    expect(parseChannels(query.get('channels') ?? '')).toEqual(channels);
  });
});
