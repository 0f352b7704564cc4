import { describe, expect, test } from 'vitest';
import { lengthText, resolutionText, slideFormat } from './slide-words.ts';

describe('a slide in words', () => {
  test.each([
    [50, '50 µm'],
    [0.5, '0.5 µm'],
    [1000, '1 mm'],
    [2000.0000001, '2 mm'],
    [10_000, '1 cm'],
  ])('%f µm is written as %s', (micrometres, text) => {
    expect(lengthText(micrometres)).toBe(text);
  });
  test.each([
    [0.499, '0.499 µm/px'],
    [1.6450366, '1.65 µm/px'],
    [255.488, '255 µm/px'],
  ])('%f µm a pixel is written as %s', (micrometres, text) => {
    expect(resolutionText(micrometres)).toBe(text);
  });
  test('formats have names, and the maker is said once', () => {
    expect(slideFormat({ format: 'aperio-svs', vendor: 'Aperio' })).toBe('Aperio SVS');
    expect(slideFormat({ format: 'tiled-tiff', vendor: '' })).toBe('Tiled TIFF');
    expect(slideFormat({ format: 'tiled-tiff', vendor: 'Huron' })).toBe('Tiled TIFF · Huron');
    expect(slideFormat({ format: 'ndpi', vendor: '' })).toBe('ndpi');
  });
});
