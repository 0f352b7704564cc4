import { describe, expect, it } from 'vitest';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { layerOf, type PlacedImage } from './object-layer.ts';

const STORAGE = '1.2.840.10008.5.1.4.1.1.';
const studyUid = '1.2' as StudyUid;
const text = (vr: string, ...values: string[]) => ({ vr, Value: values });
const numbers = (vr: string, ...values: number[]) => ({ vr, Value: values });
const sequence = (...items: DicomJsonDataset[]) => ({ vr: 'SQ', Value: items });
const image = (uid: string): DicomJsonDataset => ({ '00081155': text('UI', uid) });

/** An axial image at z = `z`, 0.5 mm a pixel, whose first pixel is centred at the origin. */
function placed(uid: string, z: number, frameOfReferenceUid: string): PlacedImage {
  return {
    target: {
      ...{ kind: 'frame', studyUid, frameNumber: 1 },
      ...{ seriesUid: '1.3' as SeriesUid, sopInstanceUid: uid as SopInstanceUid },
    },
    plane: {
      ...{ origin: [0, 0, z], rowCosines: [1, 0, 0], columnCosines: [0, 1, 0] },
      ...{ rowSpacingMm: 0.5, columnSpacingMm: 0.5 },
    },
    frameOfReferenceUid,
  };
}

describe('a structure set', () => {
  const contour = (z: number, type = 'CLOSED_PLANAR'): DicomJsonDataset => ({
    '30060042': text('CS', type),
    '30060050': numbers('DS', 0, 0, z, 5, 0, z, 5, 5, z),
  });
  const set = (...contours: DicomJsonDataset[]): DicomJsonDataset => ({
    '00080016': text('UI', `${STORAGE}481.3`),
    '00080018': text('UI', '1.9'),
    '30060002': text('SH', 'Plan 1'),
    '30060020': sequence({
      '30060022': numbers('IS', 1),
      '30060024': text('UI', '1.7'),
      '30060026': text('LO', 'Liver'),
    }),
    '30060039': sequence({
      '30060084': numbers('IS', 1),
      '3006002A': numbers('IS', 255, 0, 16),
      '30060040': sequence(...contours),
    }),
  });
  const layer = (images: readonly PlacedImage[], ...contours: DicomJsonDataset[]) =>
    layerOf({ studyUid, dataset: set(...contours) }, images);

  it('lies on the images of its plane, from the outer corner of the first pixel', () => {
    const [liver] = layer([placed('1.4', 10, '1.7')], contour(10.2))?.entries ?? [];
    expect(liver).toMatchObject({ title: 'Liver', color: '#ff0010', detail: '1 contours' });
    expect(liver?.marks[0]).toMatchObject({ editable: false, target: { sopInstanceUid: '1.4' } });
    // The centre of the first pixel is at (0.5, 0.5); 5 mm are 10 pixels.
    expect(liver?.marks[0]?.geometry).toEqual({
      kind: 'polygon',
      points: [
        [0.5, 0.5],
        [10.5, 0.5],
        [10.5, 10.5],
      ],
    });
  });

  it('is drawn on no image of another frame of reference or plane, and says so', () => {
    for (const images of [[placed('1.4', 10, '1.8')], [placed('1.4', 12, '1.7')], []]) {
      const [liver] = layer(images, contour(10))?.entries ?? [];
      expect(liver).toMatchObject({ marks: [], target: null });
      expect(liver?.detail).toContain('1 on images that are not here');
    }
  });
});

describe('key objects and presentation states', () => {
  it('name their images with the series they belong to', () => {
    const reference = { '0040A040': text('CS', 'IMAGE'), '00081199': sequence(image('1.4')) };
    const dataset: DicomJsonDataset = {
      '00080016': text('UI', `${STORAGE}88.59`),
      '00080018': text('UI', '1.9'),
      '0040A375': sequence({
        '00081115': sequence({ '0020000E': text('UI', '1.3'), '00081199': sequence(image('1.4')) }),
      }),
      '0040A730': sequence(reference),
    };
    expect(layerOf({ studyUid, dataset }, [])).toMatchObject({
      kind: 'key-images',
      entries: [{ target: { seriesUid: '1.3', sopInstanceUid: '1.4', frameNumber: 1 } }],
    });
  });

  it('show an image as the state turns and then mirrors it: a view mirrors and then turns', () => {
    const dataset: DicomJsonDataset = {
      '00080016': text('UI', `${STORAGE}11.1`),
      '00080018': text('UI', '1.9'),
      '00081115': sequence({ '0020000E': text('UI', '1.3'), '00081140': sequence(image('1.4')) }),
      '00283110': sequence({ '00281050': numbers('DS', 40), '00281051': numbers('DS', 400) }),
      '0070005A': sequence({
        '00700052': numbers('SL', 1, 1),
        '00700053': numbers('SL', 64, 32),
        '00700100': text('CS', 'SCALE TO FIT'),
      }),
      '00700042': numbers('US', 90),
      '00700041': text('CS', 'Y'),
      '00700080': text('CS', 'STATE'),
    };
    const layer = layerOf({ studyUid, dataset }, []);
    expect(layer).toMatchObject({ kind: 'presentation', title: 'STATE', unshown: null });
    expect(layer?.entries[0]?.view).toMatchObject({
      ...{ windowCenter: 40, windowWidth: 400, rotation: 270, flippedHorizontally: true },
      visible: { x: 0, y: 0, width: 64, height: 32 },
    });
  });

  it('nothing is made of objects that say nothing about images', () => {
    expect(layerOf({ studyUid, dataset: {} }, [])).toBeNull();
    const pdf = { '00080016': text('UI', `${STORAGE}104.1`) };
    expect(layerOf({ studyUid, dataset: pdf }, [])).toBeNull();
  });
});
