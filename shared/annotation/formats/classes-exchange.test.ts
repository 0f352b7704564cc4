import { expect, test } from 'vitest';
import { classNamed, MITOSIS } from '#shared/annotation/annotation-class.ts';
import type { Geometry } from '#shared/annotation/geometry.ts';
import type { AnnotationId } from '#shared/ids.ts';
import { writeGeoJson } from './geojson.ts';
import { writeImageScopeXml } from './imagescope-xml.ts';
import { readShapes } from './read-shapes.ts';

const geometry: Geometry = {
  kind: 'polygon',
  points: [
    [0, 0],
    [10, 0],
    [3, 9],
  ],
};
const id = (name: string) => name as AnnotationId;
const foreign = { value: 'x1', scheme: '99LAB', meaning: 'Paneth cell' };
const necrosis = classNamed('necrosis')?.concept;
const marked = [
  { id: id('a'), geometry, label: 'centre', concept: necrosis, measurements: [] },
  { id: id('b'), geometry, label: '', concept: MITOSIS, measurements: [] },
  { id: id('c'), geometry, label: 'free', measurements: [] },
];
const told = (text: string) => readShapes(text).shapes.map(({ label, concept }) => [label, concept]);

test('GeoJSON keeps classes, with their codes, in the classification that QuPath reads', () => {
  const { text } = writeGeoJson([...marked, { id: id('d'), geometry, label: '', concept: foreign, measurements: [] }]);
  expect(told(text)).toEqual([
    ['centre', necrosis],
    ['', MITOSIS],
    ['free', undefined],
    ['', foreign],
  ]);
  const [first] = (JSON.parse(text) as { features: { properties: Record<string, unknown> }[] }).features;
  expect(first?.properties.classification).toEqual({ name: 'Necrosis', color: [184, 184, 255] });
});

test('a class that another program has changed is the changed one, and an unknown one stays the words', () => {
  const { text } = writeGeoJson(marked.slice(0, 1));
  expect(told(text.replace('"Necrosis","color"', '"Tumour","color"'))).toEqual([
    ['centre', classNamed('tumour')?.concept],
  ]);
  expect(told(text.replace('"Necrosis","color"', '"Lumen","color"').replace('"name":"centre",', ''))).toEqual([
    ['Lumen', undefined],
  ]);
});

test('ImageScope keeps classes as layers in the colour of the class', () => {
  const { text } = writeImageScopeXml(marked, 0.25);
  expect(told(text)).toEqual([
    ['centre', necrosis],
    ['', MITOSIS],
    ['free', undefined],
  ]);
  expect(text).toContain(`Name="Necrosis" ReadOnly="0" Type="4" LineColor="${0xff * 65_536 + 0xb8 * 256 + 0xb8}"`);
});
