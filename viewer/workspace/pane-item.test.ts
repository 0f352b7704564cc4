import { describe, expect, it } from 'vitest';
import { type Material, materialSchema } from '#shared/api/material.ts';
import { itemKey, itemOfKey, itemOfTarget, itemTitle, paneItems, placeInWords } from './pane-item.ts';
import { sampleAnnotation } from './sample-annotation.ts';

const WHOLE = {
  ...{ key: '', kind: 'stack', label: '', instanceCount: 1, frameCount: 1, representativeInstanceUid: '1.9' },
  ...{ instanceUids: [], laterality: null, view: null, bodyPart: null, plane: null, completeness: null },
};
const PARTS = [
  { ...WHOLE, key: 'localiser', kind: 'localiser', label: 'Localiser', instanceUids: ['1.9.1'] },
  { ...WHOLE, key: 'axial', label: 'Axial', instanceUids: ['1.9.2', '1.9.3'] },
];

const series = (uid: string, isImage: boolean, description = '') => ({
  seriesUid: uid,
  seriesNumber: 4,
  modality: 'CT',
  description,
  instanceCount: 1,
  frameCount: isImage ? 1 : 0,
  isImage,
  representativeInstanceUid: null,
  repairs: [],
  displaySets: isImage ? [WHOLE] : [],
});

const MATERIAL: Material = materialSchema.parse({
  studies: [
    {
      studyUid: '1.2',
      description: 'Chest',
      studyDate: null,
      modalities: ['CT'],
      patientName: '',
      patientIdIssuer: '',
      patientBirthDate: null,
      patientId: '',
      series: [series('1.2.1', true, 'Lung'), series('1.2.2', false), series('1.2.3', true)],
    },
  ],
  slides: [
    {
      id: '30000000-0000-4000-8000-000000000000',
      consultationId: 'c',
      name: 'A1.svs',
      format: 'aperio',
      vendor: 'Aperio',
      width: 10,
      height: 10,
      levels: [],
      mppX: null,
      mppY: null,
      mppSource: null,
      statedMpps: [],
      mppsDisagree: false,
      scanner: null,
      stain: null,
      compression: null,
      focalPlanes: [],
      defaultFocalPlane: 0,
      channels: [],
      origin: null,
      iccProfile: null,
      overview: null,
      tileVersion: '3-0',
      objectivePower: null,
      associatedImages: [],
      sizeBytes: 1,
      sha256: '',
    },
  ],
  documents: [],
});

describe('what a viewport can show', () => {
  const items = paneItems(MATERIAL);

  it('is every series of images and every slide, in the order of the tray', () => {
    expect(items.map(itemKey)).toEqual(['series.1.2.1', 'series.1.2.3', 'slide.30000000-0000-4000-8000-000000000000']);
    expect(items.map(itemTitle)).toEqual(['CT · Lung', 'CT · Series 4', 'A1.svs']);
  });

  it('is found by the target of an annotation', () => {
    const slide = sampleAnnotation(1);
    expect(itemOfTarget(items, slide.target)).toBe(items[2]);
    expect(placeInWords(items, slide)).toBe('A1.svs');
  });

  it('is part of a series where that holds several sets', () => {
    const [study] = MATERIAL.studies;
    const parted = paneItems(
      materialSchema.parse({
        ...MATERIAL,
        studies: [{ ...study, series: [{ ...series('1.2.1', true, 'Lung'), displaySets: PARTS }] }],
      }),
    );
    expect(parted.slice(0, 2).map(itemKey)).toEqual(['series.1.2.1~localiser', 'series.1.2.1~axial']);
    expect(parted.slice(0, 2).map(itemTitle)).toEqual(['CT · Lung · Localiser', 'CT · Lung · Axial']);
    const target = { kind: 'frame', studyUid: '1.2', seriesUid: '1.2.1', sopInstanceUid: '1.9.3', frameNumber: 1 };
    expect(itemOfTarget(parted, target as never)).toBe(parted[1]);
    expect(itemOfKey(parted, 'series.1.2.1')).toBe(parted[0]);
    expect(itemOfKey(parted, null)).toBeUndefined();
  });

  it('is not found for an image that is not in the material', () => {
    expect(itemOfTarget([], sampleAnnotation(1).target)).toBeUndefined();
    expect(placeInWords(items.slice(0, 2), sampleAnnotation(1))).toBe('Image not here');
  });
});
