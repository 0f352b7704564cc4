import { describe, expect, it } from 'vitest';
import { boundsOf, type Geometry } from '#shared/annotation/geometry.ts';
import { keyImageCrop } from './key-image-crop.ts';

const image = { width: 512, height: 512 };
const line: Geometry = { kind: 'line', from: [200, 210], to: [260, 250] };
const whole = { x: 0, y: 0, width: 512, height: 512 };

function holds(geometry: Geometry, crop: { x: number; y: number; width: number; height: number }): boolean {
  const mark = boundsOf(geometry);
  const fits = mark.minX >= crop.x && mark.maxX <= crop.x + crop.width;
  return fits && mark.minY >= crop.y && mark.maxY <= crop.y + crop.height;
}

describe('the part of an image a key image shows', () => {
  it('is what the expert saw', () => {
    expect(keyImageCrop({ x: 100, y: 120, width: 240, height: 200 }, line, image, 1)).toEqual({
      x: 100,
      y: 120,
      width: 240,
      height: 200,
    });
  });

  it('stays inside the image when the screen showed more', () => {
    expect(keyImageCrop({ x: -300, y: -50, width: 1112, height: 612 }, line, image, 1)).toEqual(whole);
  });

  it('always holds the mark, even when it had been scrolled away', () => {
    for (const visible of [
      { x: 0, y: 0, width: 50, height: 50 },
      { x: 460, y: 460, width: 50, height: 50 },
      { x: 5000, y: -5000, width: 10, height: 10 },
    ]) {
      const crop = keyImageCrop(visible, line, image, 1);
      expect(holds(line, crop), JSON.stringify(crop)).toBe(true);
      expect(crop.x + crop.width).toBeLessThanOrEqual(512);
      expect(crop.y + crop.height).toBeLessThanOrEqual(512);
    }
  });

  it('comes nearer to a mark that would be lost on the page', () => {
    const cell: Geometry = { kind: 'ellipse', center: [9000, 7000], radiusX: 20, radiusY: 15 };
    const crop = keyImageCrop(
      { x: 0, y: 0, width: 20_000, height: 15_000 },
      cell,
      { width: 20_000, height: 15_000 },
      1,
    );
    expect(crop.width).toBeLessThanOrEqual(20 * 2 * 12 + 1);
    expect(holds(cell, crop)).toBe(true);
  });

  it('keeps the whole view of a point, which has no size to compare with', () => {
    expect(keyImageCrop(whole, { kind: 'point', at: [5, 5] }, image, 1)).toEqual(whole);
  });

  it('is neither too wide nor too tall for a page, measured in the patient', () => {
    const strip = keyImageCrop({ x: 0, y: 240, width: 512, height: 20 }, { kind: 'point', at: [256, 250] }, image, 1);
    expect(strip.width / strip.height).toBeLessThan(1.8);
    // Pixels twice as high as wide: 512 × 512 of them would be twice as high as wide on the page.
    const tall = keyImageCrop(whole, { kind: 'point', at: [256, 256] }, image, 0.5);
    expect(tall.width).toBe(512);
    expect((tall.height * 2) / tall.width).toBeCloseTo(1.15, 1);
  });

  it('holds a mark as long as the image', () => {
    const ruler: Geometry = { kind: 'line', from: [0, 256], to: [512, 256] };
    expect(keyImageCrop({ x: 200, y: 200, width: 60, height: 60 }, ruler, image, 1)).toMatchObject({
      x: 0,
      width: 512,
    });
  });
});
