/** The cases of the IIIF Image API 3.0, by its sections. Image: 2000 × 3000 px unless said otherwise. */

import { describe, expect, it } from 'vitest';
import { IIIF_MAX_AREA, type ImageSize, planIiif } from './iiif-request.ts';

const IMAGE = { width: 2000, height: 3000 };
/** The image of the examples of sections 4.1 and 4.2: 300 × 200 px. */
const EXAMPLE = { width: 300, height: 200 };

function plan(path: string, image: ImageSize = IMAGE) {
  const [region = '', size = '', rotation = '', file = ''] = path.split('/');
  return planIiif(image, { region, size, rotation, file });
}
function accepted(path: string, image?: ImageSize) {
  const found = plan(path, image);
  if ('kind' in found) return expect.fail(`${path}: ${found.where} ${found.reason}`);
  return found;
}
const region = (text: string, image?: ImageSize) => {
  const { x, y, width, height } = accepted(`${text}/max/0/default.jpg`, image).region;
  return [x, y, width, height];
};
const size = (text: string, image?: ImageSize) => {
  const found = accepted(text, image).size;
  return [found.width, found.height];
};

describe('4.1 region', () => {
  it.each([
    ['full', [0, 0, 300, 200]],
    ['square', [50, 0, 200, 200]],
    ['125,15,120,140', [125, 15, 120, 140]],
    ['pct:41.6,7.5,40,70', [125, 15, 120, 140]],
    ['125,15,200,200', [125, 15, 175, 185]],
    ['pct:41.6,7.5,66.6,100', [125, 15, 175, 185]],
    ['299,199,1,1', [299, 199, 1, 1]],
    ['pct:0,0,100,100', [0, 0, 300, 200]],
    ['pct:99.9,99.9,0.01,0.01', undefined],
  ])('%s', (text, wanted) => {
    if (wanted === undefined) expect(plan(`${text}/max/0/default.jpg`, EXAMPLE)).toMatchObject({ kind: 'bad' });
    else expect(region(text, EXAMPLE)).toEqual(wanted);
  });

  it.each([
    '0,0,0,10',
    '0,0,10,0',
    '300,0,1,1',
    '0,200,1,1',
    'pct:100,0,1,1',
    '-1,0,5,5',
    '0,0,5',
    'a,b,c,d',
    '1.5,0,5,5',
    'FULL',
    'pct:',
    'pct:1,2,3',
    'pct:0,0,1e1,5',
    '0,0,5,5,5',
    '%20full',
  ])('%s is refused with 400', (text) =>
    expect(plan(`${text}/max/0/default.jpg`, EXAMPLE)).toMatchObject({ kind: 'bad', where: 'region' }),
  );
});

describe('4.2 size', () => {
  it.each([
    ['full/max', [300, 200]],
    ['full/150,', [150, 100]],
    ['full/,150', [225, 150]],
    ['full/pct:50', [150, 100]],
    ['full/225,100', [225, 100]],
    ['full/!225,100', [150, 100]],
    ['full/^360,', [360, 240]],
    ['full/^,240', [360, 240]],
    ['full/^pct:120', [360, 240]],
    ['full/^360,360', [360, 360]],
    ['full/^!360,360', [360, 240]],
    ['full/!360,360', [300, 200]],
    ['full/^!150,150', [150, 100]],
    ['125,15,120,140/90,', [90, 105]],
    ['full/1,', [1, 1]],
    ['0,0,300,1/10,', [10, 1]],
  ])('%s', (text, wanted) => expect(size(`${text}/0/default.jpg`, EXAMPLE)).toEqual(wanted));

  it('max is held within the limits, ^max goes up to them', () => {
    const [width = 0, height = 0] = size('full/max/0/default.jpg', { width: 100_000, height: 80_000 });
    expect(width * height).toBeLessThanOrEqual(IIIF_MAX_AREA);
    expect(width / height).toBeCloseTo(1.25, 3);
    const [wide = 0, high = 0] = size('full/^max/0/default.jpg', EXAMPLE);
    expect(wide * high).toBeLessThanOrEqual(IIIF_MAX_AREA);
    expect(wide).toBeGreaterThan(4000);
  });

  it.each([
    '301,',
    ',201',
    'pct:101',
    '301,200',
    '300,201',
    '0,',
    ',0',
    '0,0',
    'pct:0',
    '^0,',
    ',',
    '!10,',
    '!,10',
    'full',
    'max,',
    '10',
    '-10,',
    '^20000,',
    '^5000,5000',
    '^^max',
    'pct:^50',
    'pct:50,',
    '1.5,',
  ])('%s is refused with 400', (text) =>
    expect(plan(`full/${text}/0/default.jpg`, EXAMPLE)).toMatchObject({ kind: 'bad', where: 'size' }),
  );
});

describe('4.3 rotation', () => {
  it.each([
    ['0', false, 0],
    ['90', false, 90],
    ['180.0', false, 180],
    ['270', false, 270],
    ['360', false, 0],
    ['!0', true, 0],
    ['!180', true, 180],
  ])('%s', (text, mirrored, rotation) =>
    expect(accepted(`full/max/${text}/default.jpg`)).toMatchObject({ mirrored, rotation }),
  );
  it.each(['-90', '361', 'abc', '', '!', '90!', '1e2', '.5'])('%s is refused with 400', (text) =>
    expect(plan(`full/max/${text}/default.jpg`)).toMatchObject({ kind: 'bad', where: 'rotation' }),
  );
  it.each(['22.5', '!45', '359'])('%s is not made: 501', (text) =>
    expect(plan(`full/max/${text}/default.jpg`)).toMatchObject({ kind: 'unsupported', where: 'rotation' }),
  );
});

describe('4.4 quality and 4.5 format', () => {
  it.each(['default', 'color', 'gray', 'bitonal'])('%s', (text) =>
    expect(accepted(`full/max/0/${text}.png`)).toMatchObject({
      quality: text === 'default' ? 'color' : text,
      format: 'png',
    }),
  );
  it.each(['native.jpg', 'Default.jpg', '.jpg', 'grey.jpg'])('%s is refused with 400', (text) =>
    expect(plan(`full/max/0/${text}`)).toMatchObject({ kind: 'bad', where: 'quality' }),
  );
  it.each(['default', 'default.', 'default.jpeg', 'default.exe'])('%s is refused with 400', (text) =>
    expect(plan(`full/max/0/${text}`)).toMatchObject({ kind: 'bad', where: 'format' }),
  );
  it.each(['default.gif', 'default.jp2', 'default.pdf'])('%s is not made: 501', (text) =>
    expect(plan(`full/max/0/${text}`)).toMatchObject({ kind: 'unsupported', where: 'format' }),
  );
});

describe('4.7 canonical form', () => {
  it.each([
    ['full/max/0/default.jpg', 'full/max/0/default.jpg'],
    ['0,0,2000,3000/2000,3000/0/color.jpg', 'full/max/0/default.jpg'],
    ['pct:0,0,100,100/pct:50/!180.0/gray.png', 'full/1000,1500/!180/gray.png'],
    ['full/!500,500/360/bitonal.webp', 'full/333,500/0/bitonal.webp'],
    ['square/,100/90/default.tif', '0,500,2000,2000/100,100/90/default.tif'],
    ['0,0,100,100/^200,/0/default.jpg', '0,0,100,100/^200,200/0/default.jpg'],
    ['0,0,100,100/^max/0/default.jpg', '0,0,100,100/^max/0/default.jpg'],
    ['0,0,100,100/^50,/0/default.jpg', '0,0,100,100/50,50/0/default.jpg'],
  ])('%s', (path, canonical) => {
    const first = accepted(path);
    expect(first.canonical).toBe(canonical);
    // It is canonical of itself, and the same picture.
    expect(accepted(canonical)).toEqual(first);
  });
});
