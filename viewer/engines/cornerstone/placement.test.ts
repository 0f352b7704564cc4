import { describe, expect, it } from 'vitest';
import { edgeLetters } from '#shared/imaging/image-plane.ts';
import type { FrameView } from '#shared/imaging/view-state.ts';
import {
  fitted,
  type ImageFormat,
  imageToScreen,
  magnifiedMatrix,
  mirrored,
  type Placement,
  panned,
  placementOfView,
  rotated,
  screenLetters,
  screenMatrix,
  screenToImage,
  visibleRectangle,
  zoomedAbout,
} from './placement.ts';

const format: ImageFormat = { columns: 200, rows: 100, pixelShape: { width: 0.5, height: 0.8 } };
const square: ImageFormat = { columns: 512, rows: 512, pixelShape: { width: 0.7, height: 0.7 } };
const screen = { width: 800, height: 600 };

const viewOf = (placement: Placement, at: ImageFormat, on: typeof screen): FrameView => ({
  kind: 'frame',
  visible: visibleRectangle(placement, at, on),
  windowCenter: 40,
  windowWidth: 400,
  inverted: false,
  rotation: placement.rotation,
  flippedHorizontally: placement.flippedHorizontally,
  flippedVertically: placement.flippedVertically,
});

describe('placement', () => {
  it('shows the whole image with pixels in their shape', () => {
    const placement = fitted(format, screen);
    const [left, top] = imageToScreen(placement, format, screen, [0, 0]);
    const [right, bottom] = imageToScreen(placement, format, screen, [200, 100]);
    // The height is what limits: 80 mm on 600 px.
    expect([left, right]).toEqual([25, 775]);
    expect([top, bottom]).toEqual([0, 600]);
    // 200 × 0.5 mm wide, 100 × 0.8 mm high.
    expect((bottom - top) / (right - left)).toBeCloseTo(80 / 100, 10);
  });

  it.each([0, 90, 33])('screenMatrix says the same as imageToScreen at %d degrees, in device pixels', (degrees) => {
    const placement = rotated(mirrored(zoomedAbout(fitted(format, screen), format, screen, 1.7, [100, 50])), degrees);
    const [a, b, c, d, e, f] = screenMatrix(placement, format, screen, 2);
    for (const [column, row] of [
      [0, 0],
      [200, 100],
      [13.5, 70.25],
    ] as const) {
      const [x, y] = imageToScreen(placement, format, screen, [column, row]);
      expect((a * column + c * row + e) / 2).toBeCloseTo(x, 9);
      expect((b * column + d * row + f) / 2).toBeCloseTo(y, 9);
    }
  });

  it.each([0, 90, 180, 270, 33])('screenToImage undoes imageToScreen at %d degrees, mirrored or not', (degrees) => {
    for (const start of [fitted(format, screen), mirrored(fitted(format, screen))]) {
      const placement = panned(zoomedAbout(rotated(start, degrees), format, screen, 2.3, [100, 50]), format, 17, -9);
      for (const point of [
        [0, 0],
        [200, 100],
        [13.5, 77.25],
      ] as const) {
        const [x, y] = screenToImage(placement, format, screen, imageToScreen(placement, format, screen, point));
        expect(x).toBeCloseTo(point[0], 9);
        expect(y).toBeCloseTo(point[1], 9);
      }
    }
  });

  it('turns clockwise: what was at the top is at the right', () => {
    const placement = rotated(fitted(square, screen), 90);
    const [x, y] = imageToScreen(placement, square, screen, [256, 0]);
    expect(x).toBeGreaterThan(screen.width / 2);
    expect(y).toBeCloseTo(screen.height / 2, 9);
  });

  it.each([0, 90, 180, 270])('mirrors what is on the screen left to right at %d degrees', (degrees) => {
    const before = rotated(fitted(square, screen), degrees);
    const after = mirrored(before);
    for (const point of [
      [10, 20],
      [400, 99],
    ] as const) {
      const [x, y] = imageToScreen(before, square, screen, point);
      const [mirroredX, mirroredY] = imageToScreen(after, square, screen, point);
      expect(mirroredX).toBeCloseTo(screen.width - x, 9);
      expect(mirroredY).toBeCloseTo(y, 9);
    }
  });

  it('keeps what lies under the pointer while zooming', () => {
    const before = rotated(fitted(format, screen), 90);
    const held = screenToImage(before, format, screen, [120, 340]);
    const after = zoomedAbout(before, format, screen, 3, [120, 340]);
    const [x, y] = imageToScreen(after, format, screen, held);
    expect(x).toBeCloseTo(120, 9);
    expect(y).toBeCloseTo(340, 9);
  });

  it('never zooms out of all bounds', () => {
    const start = fitted(format, screen);
    expect(zoomedAbout(start, format, screen, 1e9, [0, 0]).zoom).toBeLessThanOrEqual(64);
    expect(zoomedAbout(start, format, screen, 1e-9, [0, 0]).zoom).toBeGreaterThan(0);
  });

  it('never lets the image be dragged away', () => {
    const away = panned(fitted(format, screen), format, 1e6, -1e6);
    expect(away.center).toEqual([0, 100]);
  });
});

describe('a stored view', () => {
  it.each([0, 90, 180, 270])('comes back exactly on the same screen at %d degrees', (degrees) => {
    const start = mirrored(rotated(fitted(format, screen), degrees));
    const placement = zoomedAbout(start, format, screen, 1.7, [310, 200]);
    const restored = placementOfView(viewOf(placement, format, screen), format, screen);
    expect(restored.zoom).toBeCloseTo(placement.zoom, 9);
    expect(restored.center[0]).toBeCloseTo(placement.center[0], 9);
    expect(restored.center[1]).toBeCloseTo(placement.center[1], 9);
    expect(restored.rotation).toBe(placement.rotation);
    expect(restored.flippedHorizontally).toBe(placement.flippedHorizontally);
  });

  it.each([
    { width: 390, height: 700 },
    { width: 1900, height: 300 },
  ])('shows at least its visible rectangle, centred, on $width × $height', (other) => {
    const view = viewOf(zoomedAbout(fitted(format, screen), format, screen, 2, [100, 100]), format, screen);
    const shown = visibleRectangle(placementOfView(view, format, other), format, other);
    expect(shown.x).toBeLessThanOrEqual(view.visible.x + 1e-9);
    expect(shown.y).toBeLessThanOrEqual(view.visible.y + 1e-9);
    expect(shown.x + shown.width).toBeGreaterThanOrEqual(view.visible.x + view.visible.width - 1e-9);
    expect(shown.y + shown.height).toBeGreaterThanOrEqual(view.visible.y + view.visible.height - 1e-9);
    expect(shown.x + shown.width / 2).toBeCloseTo(view.visible.x + view.visible.width / 2, 9);
  });
});

describe('through a lens', () => {
  it('the place under the pointer stays, and what is around it lies farther away', () => {
    const matrix = screenMatrix(rotated(fitted(square, screen), 90), square, screen, 2);
    const seen = magnifiedMatrix(matrix, [70, 40], 2.5, 2);
    const onto = ([a, b, c, d, e, f]: typeof matrix, x: number, y: number) => [a * x + c * y + e, b * x + d * y + f];
    for (const [x, y] of [
      [0, 0],
      [13, 57],
      [100, 3],
    ] as const) {
      const [plainX = 0, plainY = 0] = onto(matrix, x, y);
      const [lensX = 0, lensY = 0] = onto(seen, x, y);
      expect(lensX - 140).toBeCloseTo((plainX - 140) * 2.5, 9);
      expect(lensY - 80).toBeCloseTo((plainY - 80) * 2.5, 9);
    }
  });
});

describe('letters at the edges', () => {
  const axial = edgeLetters({ rowCosines: [1, 0, 0], columnCosines: [0, 1, 0] });

  it('follow the image: rotated', () => {
    expect(screenLetters(rotated(fitted(square, screen), 90), axial)).toEqual({
      top: 'R',
      right: 'A',
      bottom: 'L',
      left: 'P',
    });
  });

  it('follow the image: mirrored', () => {
    expect(screenLetters(mirrored(fitted(square, screen)), axial)).toMatchObject({ left: 'L', right: 'R', top: 'A' });
  });

  it('are absent where the image has none', () => {
    expect(screenLetters(fitted(square, screen), null)).toBeNull();
  });
});
