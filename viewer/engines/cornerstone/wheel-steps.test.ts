import { expect, it } from 'vitest';
import { createWheelSteps } from './wheel-steps.ts';

it('makes one step of a mouse notch, whatever the browser calls it', () => {
  const steps = createWheelSteps();
  expect(steps(120, 0)).toBe(1);
  expect(steps(-100, 0)).toBe(-1);
  expect(steps(3, 1)).toBe(1);
  expect(steps(-1, 2)).toBe(-1);
});

it('adds up the trickle of a touchpad', () => {
  const steps = createWheelSteps();
  const made = Array.from({ length: 30 }, () => steps(4, 0)).reduce((sum, one) => sum + one, 0);
  expect(made).toBe(4);
});

it('does not carry a rest over to the other direction', () => {
  const steps = createWheelSteps();
  steps(29, 0);
  expect(Math.abs(steps(-5, 0))).toBe(0);
  expect(steps(-25, 0)).toBe(-1);
});
