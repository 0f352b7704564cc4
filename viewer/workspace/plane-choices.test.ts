import { describe, expect, test } from 'vitest';
import { FIRST_PLANES } from '#shared/imaging/plane-selection.ts';
import { chosenPlane, planeText, shownChannels, steppedPlane, windowBounds } from './plane-choices.ts';

const light = { name: 'DAPI', colour: '#0000ff', window: { low: 100, high: 1100 } };
const colours = { name: 'colour', colour: null, window: null };
const focalPlanes = [-1.5, 0, 1.5].map((zUm) => ({ zUm }));
const slide = { focalPlanes, defaultFocalPlane: 1, channels: [light, light] };

describe('focal planes', () => {
  test("the slide's own is shown first, and steps end at the ends", () => {
    expect(chosenPlane(slide, FIRST_PLANES)).toBe(1);
    expect(steppedPlane(slide, FIRST_PLANES, 1).focalPlane).toBe(2);
    expect(steppedPlane(slide, FIRST_PLANES, 5).focalPlane).toBe(2);
    expect(steppedPlane(slide, FIRST_PLANES, -5).focalPlane).toBe(0);
  });
  test.each([
    [0, '1 / 3 · −1.5 µm'],
    [1, '2 / 3 · 0 µm'],
    [2, '3 / 3 · +1.5 µm'],
  ])('plane %i reads %s', (focalPlane, text) => {
    expect(planeText(slide, { focalPlane, channels: [] })).toBe(text);
  });
  test('never a unit the file does not state', () => {
    expect(planeText({ ...slide, focalPlanes: [{ zUm: null }, { zUm: null }] }, FIRST_PLANES)).toBe('2 / 2');
  });
});

describe('channels', () => {
  test('of light all are shown first, of those in colours one', () => {
    expect(shownChannels(slide, FIRST_PLANES).map(({ index }) => index)).toEqual([0, 1]);
    expect(shownChannels({ ...slide, channels: [colours, colours] }, FIRST_PLANES)).toHaveLength(1);
    const chosen = [{ index: 1, colour: '#ff0000', window: null }];
    expect(shownChannels(slide, { focalPlane: null, channels: chosen })).toBe(chosen);
  });
  test('a slider reaches beyond both the window proposed and the one chosen', () => {
    expect(windowBounds(light, null)).toEqual({ min: 0, max: 1600, step: 1 });
    const view = { index: 0, colour: null, window: { low: -50, high: 9000 } };
    expect(windowBounds(light, view)).toEqual({ min: -50, max: 9000, step: 1 });
    expect(windowBounds({ ...light, window: { low: 0, high: 1 } }, null)).toEqual({ min: 0, max: 1.5, step: 0.015 });
  });
});
