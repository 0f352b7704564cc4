import { describe, expect, it } from 'vitest';
import { orientationLetters } from '#shared/imaging/image-plane.ts';
import { dot } from '#shared/imaging/volume-sampling.ts';
import { movedBy, type RenderingCamera, rightOf, turnedBy, VIEW_DIRECTIONS } from './rendering-camera.ts';

const FRONT: RenderingCamera = { ...VIEW_DIRECTIONS.A, middle: [0, 0, 0], halfHeightMm: 100 };

describe('camera of a rendering', () => {
  it('shows the right of the patient at the left of the screen from the front and from the feet', () => {
    const rights = Object.entries(VIEW_DIRECTIONS).map(([name, view]) => [name, orientationLetters(rightOf(view))]);
    expect(Object.fromEntries(rights)).toEqual({ A: 'L', P: 'R', L: 'P', R: 'A', H: 'R', F: 'L' });
  });

  it('turns the near surface with the hand', () => {
    // The surface goes right: its right side of the screen leaves, what was at the left (R) comes.
    const right = turnedBy(FRONT, 90, 0);
    expect(orientationLetters(right.toEye)).toBe('R');
    // The surface goes down: the top, the head, comes.
    expect(orientationLetters(turnedBy(FRONT, 0, 90).toEye)).toBe('H');
  });

  it('stays at right angles over many turns', () => {
    let camera = FRONT;
    for (let i = 0; i < 1000; i += 1) camera = turnedBy(camera, 7.3, -3.1);
    expect(dot(camera.toEye, camera.up)).toBeCloseTo(0, 10);
    expect(Math.hypot(...camera.toEye)).toBeCloseTo(1, 10);
  });

  it('moves what is seen, not the eye', () => {
    // The patient goes right and down on the screen: the middle is then further to R and to H.
    expect(movedBy(FRONT, 10, 5).middle).toEqual([-10, 0, 5]);
  });
});
