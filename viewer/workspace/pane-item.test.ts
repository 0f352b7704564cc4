import { describe, expect, it } from 'vitest';
import { type Material, materialSchema } from '#shared/api/material.ts';
import { itemKey, itemOfTarget, itemTitle, paneItems, placeInWords } from './pane-item.ts';
import { sampleAnnotation } from './sample-annotation.ts';

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
});

const MATERIAL: Material = materialSchema.parse({
  studies: [
    {
      studyUid: '1.2',
      description: 'Chest',
      studyDate: null,
      modalities: ['CT'],
      patientName: '',
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
      focalPlanes: [],
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

  it('is not found for an image that is not in the material', () => {
    expect(itemOfTarget([], sampleAnnotation(1).target)).toBeUndefined();
    expect(placeInWords(items.slice(0, 2), sampleAnnotation(1))).toBe('Image not here');
  });
});
