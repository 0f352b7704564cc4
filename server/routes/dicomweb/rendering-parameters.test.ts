import { describe, expect, test } from 'vitest';
import { PLAIN, parseRendering, parseThumbnail } from './rendering-parameters.ts';

const boxOf = (width: number, height: number) => ({ width, height, enlarge: true });
const region = (x: number, y: number, width: number | null, height: number | null) => ({
  ...{ unit: 'px', x, y, width, height },
});
const flip = (horizontal: boolean, vertical: boolean) => ({ horizontal, vertical });

test('nothing said asks for nothing', () => {
  expect(parseRendering({})).toEqual(PLAIN);
});

describe('PS3.18 section 8.3.5.1', () => {
  test.each([
    [{ viewport: '512,256' }, { box: boxOf(512, 256), region: null, flip: flip(false, false) }],
    [{ viewport: '512,512,,,100,100' }, { region: region(0, 0, 100, 100) }],
    [{ viewport: '512,512,10.5,20' }, { region: region(10.5, 20, null, null) }],
    [{ viewport: '512,512,-10,20,-30,40' }, { region: region(10, 20, 30, 40), flip: flip(true, false) }],
    [{ viewport: '512,512,,,30,-40' }, { flip: flip(false, true) }],
    [{ window: '40,400,linear' }, { window: { center: 40, width: 400, voiFunction: 'LINEAR' } }],
    [{ window: '-600.5,.5,linear-exact' }, { window: { center: -600.5, width: 0.5, voiFunction: 'LINEAR_EXACT' } }],
    [{ window: '1e2,20,sigmoid' }, { window: { center: 100, width: 20, voiFunction: 'SIGMOID' } }],
    [{ quality: '1' }, { quality: 1 }],
    [{ quality: '100' }, { quality: 100 }],
    [{ iccprofile: 'displayp3' }, { iccProfile: 'displayp3' }],
    [{ annotation: 'patient' }, { annotation: { patient: true, technique: false } }],
    [{ annotation: 'technique,patient' }, { annotation: { patient: true, technique: true } }],
  ])('%j', (query, wish) => {
    expect(parseRendering(query)).toMatchObject(wish);
  });

  test.each([
    [{ viewport: '' }, 'viewport'],
    [{ viewport: '512' }, 'viewport'],
    [{ viewport: '0,512' }, 'viewport'],
    [{ viewport: '-5,512' }, 'viewport'],
    [{ viewport: '5.5,512' }, 'viewport'],
    [{ viewport: '9000,512' }, 'viewport'],
    [{ viewport: '1,1,1,1,1,1,1' }, 'viewport'],
    [{ viewport: '1,1,a' }, 'viewport'],
    [{ viewport: '1,1,0x10,1,1,1' }, 'viewport'],
    [{ window: '40,400' }, 'window'],
    [{ window: '40,400,linear,1' }, 'window'],
    [{ window: '40,400,LINEAR' }, 'window'],
    [{ window: '40,400,toString' }, 'window'],
    [{ window: ',400,linear' }, 'window'],
    [{ window: '40,0.5,linear' }, 'window'],
    [{ window: '40,0,sigmoid' }, 'window'],
    [{ window: '40,-1,linear-exact' }, 'window'],
    [{ window: 'NaN,1,linear' }, 'window'],
    [{ quality: '0' }, 'quality'],
    [{ quality: '101' }, 'quality'],
    [{ quality: '9.5' }, 'quality'],
    [{ iccprofile: 'SRGB' }, 'iccprofile'],
    [{ iccprofile: '' }, 'iccprofile'],
    [{ annotation: 'doctor' }, 'annotation'],
    [{ annotation: 'patient,' }, 'annotation'],
  ])('%j is refused with a sentence that names %s', (query, parameter) => {
    expect(() => parseRendering(query)).toThrow(`querystring.${parameter} `);
  });
});

test('a thumbnail takes a size alone and never grows', () => {
  expect(parseThumbnail({}).box).toEqual({ width: 128, height: 128, enlarge: false });
  expect(parseThumbnail({ viewport: '64,32' }).box).toEqual({ width: 64, height: 32, enlarge: false });
  expect(() => parseThumbnail({ viewport: '64,32,0,0,10,10' })).toThrow(/"width,height" for a thumbnail/);
});
