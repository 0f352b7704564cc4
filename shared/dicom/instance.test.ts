import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { parseDicomHeader } from './header.ts';
import { rescaleOfFrame } from './image-description.ts';
import { describeInstance } from './instance.ts';
import { type SampleElement, sample, sampleFragments, sampleInstance, samplePart10 } from './sample-dataset.ts';
import { TAG } from './tag.ts';

const describe = (changes: SampleElement[], pixels = true) =>
  describeInstance(parseDicomHeader(samplePart10(sampleInstance(changes, pixels))));

function refusal(changes: SampleElement[], pixels = true): AppError {
  try {
    describe(changes, pixels);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('describes identity, patient, study and image', () => {
  const found = describe([
    sample(TAG.PatientName, 'PN', 'Doe^Jane'),
    sample(TAG.PatientBirthDate, 'DA', '19700101'),
    sample(TAG.StudyDate, 'DA', '20240131'),
    sample(TAG.StudyTime, 'TM', '1230'),
    sample(TAG.InstanceNumber, 'IS', '7'),
    sample(TAG.ImagePositionPatient, 'DS', '1\\2\\-3.5'),
    sample(TAG.ImageOrientationPatient, 'DS', '1\\0\\0\\0\\1\\0'),
    sample(TAG.PixelSpacing, 'DS', '0.5\\0.7'),
    sample(TAG.RescaleIntercept, 'DS', '-1024'),
    sample(TAG.RescaleSlope, 'DS', '1'),
    sample(TAG.WindowCenter, 'DS', '40\\-600'),
    sample(TAG.WindowWidth, 'DS', '400\\1500'),
    sample(TAG.WindowCenterWidthExplanation, 'LO', 'SOFT\\LUNG'),
  ]);
  expect(found).toMatchObject({
    sopInstanceUid: '1.2.3.4.5',
    studyUid: '1.2.3.4',
    seriesUid: '1.2.3.4.1',
    kind: 'image',
    sopClassName: 'CT Image',
    patientName: 'Doe^Jane',
    patientBirthDate: '1970-01-01',
    studyDate: '2024-01-31T12:30:00',
    instanceNumber: 7,
    notes: [],
  });
  expect(found.image).toMatchObject({
    rows: 2,
    columns: 2,
    numberOfFrames: 1,
    pixelSpacing: [0.5, 0.7],
    imagePositionPatient: [1, 2, -3.5],
    rescaleIntercept: -1024,
    windows: [
      { center: 40, width: 400, voiFunction: 'LINEAR', explanation: 'SOFT' },
      { center: -600, width: 1500, voiFunction: 'LINEAR', explanation: 'LUNG' },
    ],
  });
  // It crosses processes and is stored as JSON.
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
});

test('an object without pixels has no image', () => {
  expect(describe([sample(TAG.SOPClassUID, 'UI', '1.2.840.10008.5.1.4.1.1.88.11')], false)).toMatchObject({
    image: null,
    kind: 'structured-report',
  });
});

test.each([
  ['path', '../../etc/passwd'],
  ['65 characters', `1.${'2'.repeat(63)}`],
  ['a leading zero', '1.02.3'],
  ['letters', '1.2.abc'],
  ['a trailing dot', '1.2.'],
  ['one component', '12'],
])('B35: refuses a UID with %s and does not repeat it', (_name, uid) => {
  for (const tag of [TAG.SOPInstanceUID, TAG.StudyInstanceUID, TAG.SeriesInstanceUID, TAG.FrameOfReferenceUID]) {
    const error = refusal([sample(tag, 'UI', uid)]);
    expect(error.code).toBe('DICOM_VALUE_INVALID');
    expect(error.message).not.toContain(uid);
  }
});

test.each([TAG.SOPInstanceUID, TAG.StudyInstanceUID, TAG.SeriesInstanceUID, TAG.SOPClassUID])(
  'refuses an instance without %d',
  (tag) => expect(refusal([sample(tag, 'UI', '')]).code).toBe('DICOM_TAG_MISSING'),
);

test('a DICOMDIR is named as what it is', () => {
  expect(refusal([sample(TAG.SOPClassUID, 'UI', '1.2.840.10008.1.3.10')], false).code).toBe('DICOMDIR_INDEX');
});

test.each([
  ['B25 overflowing size', [sample(TAG.Rows, 'US', [65535]), sample(TAG.Columns, 'US', [65535])]],
  ['B26 rows as UL beyond 16 bits', [sample(TAG.Rows, 'UL', [70_000])]],
  ['no rows at all', [sample(TAG.Rows, 'US', [0])]],
  ['B28 more bits stored than allocated', [sample(TAG.BitsStored, 'US', [17])]],
  ['B28 high bit outside', [sample(TAG.HighBit, 'US', [16])]],
  ['24 bits allocated', [sample(TAG.BitsAllocated, 'US', [24])]],
  ['5 samples per pixel', [sample(TAG.SamplesPerPixel, 'US', [5])]],
  ['B32 -1 frames', [sample(TAG.NumberOfFrames, 'IS', '-1')]],
  ['B32 0 frames', [sample(TAG.NumberOfFrames, 'IS', '0')]],
  ['B32 1e9 frames', [sample(TAG.NumberOfFrames, 'IS', '1000000000')]],
  ['B32 frames in letters', [sample(TAG.NumberOfFrames, 'IS', '1A')]],
])('refuses %s with tag and value', (_name, changes) => {
  const error = refusal(changes);
  expect(error.code).toBe('DICOM_VALUE_INVALID');
  expect(error.message).toMatch(/\([0-9A-F]{4},[0-9A-F]{4}\) has the value /);
});

test('B27: pixel data shorter than its frames is refused, longer is read', () => {
  const short = refusal([sample(TAG.PixelData, 'OW', [1, 2, 3])]);
  expect(short).toMatchObject({ code: 'DICOM_PIXELS_SHORT', params: { actualBytes: 6, expectedBytes: 8 } });
  expect(refusal([sample(TAG.NumberOfFrames, 'IS', '2')]).code).toBe('DICOM_PIXELS_SHORT');
  expect(describe([sample(TAG.PixelData, 'OW', [1, 2, 3, 4, 5])]).image?.rows).toBe(2);
  const lying = samplePart10(sampleInstance([sample(TAG.PixelData, 'OW', [1, 2], 8)]));
  expect(() => describeInstance(parseDicomHeader(lying))).toThrow(/4 bytes where 8 are needed/);
});

test.each(['0\\0', '-1\\1', 'NaN\\1', '1', 'abc\\def', '1e999\\1'])(
  'B33: Pixel Spacing %s leaves the image uncalibrated, with a note',
  (value) => {
    const found = describe([sample(TAG.PixelSpacing, 'DS', value)]);
    expect(found.image?.pixelSpacing).toBeNull();
    expect(found.notes).toEqual([expect.stringContaining('PixelSpacing (0028,0030)')]);
  },
);

test('B34: numbers that are none are absent, not zero', () => {
  const found = describe([
    sample(TAG.SliceThickness, 'DS', 'thick'),
    sample(TAG.ImagePositionPatient, 'DS', '1\\x\\3'),
    sample(TAG.SeriesNumber, 'IS', '9999999999'),
    sample(TAG.WindowCenter, 'DS', 'NaN'),
    sample(TAG.WindowWidth, 'DS', '0'),
    sample(TAG.RescaleSlope, 'DS', '0'),
  ]);
  expect(found.seriesNumber).toBeNull();
  expect(found.image).toMatchObject({
    sliceThicknessMm: null,
    imagePositionPatient: null,
    windows: [],
    rescaleSlope: 1,
  });
  expect(found.notes).toEqual([expect.stringContaining('RescaleSlope')]);
});

test('B38: a name with controls and overrides is kept without them', () => {
  expect(describe([sample(TAG.PatientName, 'PN', 'A\x07B^<script>')]).patientName).toBe('AB^<script>');
  expect(describe([sample(TAG.Modality, 'CS', '<b>')]).modality).toBe('OT');
});

const plane = (z: number, slope: number) => [
  sample(TAG.PlanePositionSequence, 'SQ', [[sample(TAG.ImagePositionPatient, 'DS', `0\\0\\${z}`)]]),
  sample(TAG.PixelValueTransformationSequence, 'SQ', [[sample(TAG.RescaleSlope, 'DS', `${slope}`)]]),
];
const SHARED = sample(TAG.SharedFunctionalGroupsSequence, 'SQ', [
  [
    sample(TAG.PlaneOrientationSequence, 'SQ', [[sample(TAG.ImageOrientationPatient, 'DS', '1\\0\\0\\0\\1\\0')]]),
    sample(TAG.PixelMeasuresSequence, 'SQ', [
      [sample(TAG.SliceThickness, 'DS', '3'), sample(TAG.PixelSpacing, 'DS', '0.4\\0.4')],
    ]),
  ],
]);
const TWO_FRAMES = [
  sample(TAG.NumberOfFrames, 'IS', '2'),
  sample(TAG.PixelData, 'OW', [1, 2, 3, 4, 5, 6, 7, 8]),
  SHARED,
];

test('functional groups give each frame its plane and rescale (PS3.3 C.7.6.16)', () => {
  const perFrame = sample(TAG.PerFrameFunctionalGroupsSequence, 'SQ', [plane(10, 1), plane(20, 2)]);
  const { image } = describe([...TWO_FRAMES, perFrame]);
  expect(image?.framePlanes?.map((one) => one.imagePositionPatient)).toEqual([
    [0, 0, 10],
    [0, 0, 20],
  ]);
  expect(image).toMatchObject({ pixelSpacing: [0.4, 0.4], sliceThicknessMm: 3, imagePositionPatient: [0, 0, 10] });
  if (image) expect([1, 2].map((frame) => rescaleOfFrame(image, frame).rescaleSlope)).toEqual([1, 2]);
});

test('functional groups of another number of frames are not trusted', () => {
  const perFrame = sample(TAG.PerFrameFunctionalGroupsSequence, 'SQ', [plane(10, 1)]);
  const found = describe([...TWO_FRAMES, perFrame]);
  expect(found.image?.framePlanes).toBeNull();
  expect(found.notes).toEqual([expect.stringContaining('describes 1 frames where it has 2')]);
});

const palette = (bits: number, data: SampleElement[]) => [
  sample(TAG.PhotometricInterpretation, 'CS', 'PALETTE COLOR'),
  ...[TAG.RedPaletteDescriptor, TAG.GreenPaletteDescriptor, TAG.BluePaletteDescriptor].map((tag) =>
    sample(tag, 'US', [4, 0, bits]),
  ),
  ...data,
];

test('palettes: words, bytes two to a word, and segments (PS3.3 C.7.9)', () => {
  const words = describe(
    palette(
      16,
      [TAG.RedPaletteData, TAG.GreenPaletteData, TAG.BluePaletteData].map((tag) => sample(tag, 'OW', [1, 2, 3, 4])),
    ),
  );
  expect(words.image?.palette?.green.entries).toEqual([1, 2, 3, 4]);
  const bytes = describe(
    palette(
      8,
      [TAG.RedPaletteData, TAG.GreenPaletteData, TAG.BluePaletteData].map((tag) => sample(tag, 'OW', [0x0201, 0x0403])),
    ),
  );
  expect(bytes.image?.palette?.blue.entries).toEqual([1, 2, 3, 4]);
  // One entry 10, a line of two to 30, and the first segment again.
  const segments = [TAG.RedPaletteSegments, TAG.GreenPaletteSegments, TAG.BluePaletteSegments].map((tag) =>
    sample(tag, 'OW', [0, 1, 10, 1, 2, 30, 2, 1, 0, 0]),
  );
  expect(describe(palette(16, segments)).image?.palette?.red.entries).toEqual([10, 20, 30, 10]);
});

test('a palette of a signed image may start below zero, also where the file writes it unsigned (PS3.3 C.7.6.3.1.5)', () => {
  const change = palette(
    16,
    [TAG.RedPaletteData, TAG.GreenPaletteData, TAG.BluePaletteData].map((tag) => sample(tag, 'OW', [1, 2, 3, 4])),
  ).map((element) => (element.tag === TAG.RedPaletteDescriptor ? { ...element, value: [4, 65_534, 16] } : element));
  const firstOf = (signed: number) =>
    describe([...change, sample(TAG.PixelRepresentation, 'US', [signed])]).image?.palette?.red.firstValue;
  expect([firstOf(1), firstOf(0)]).toEqual([-2, 65_534]);
});

test('frames of different windows have each their own (PS3.3 C.7.6.16.2.10)', () => {
  const voi = (center: number) => [
    sample(TAG.FrameVOILUTSequence, 'SQ', [
      [sample(TAG.WindowCenter, 'DS', `${center}`), sample(TAG.WindowWidth, 'DS', '100')],
    ]),
  ];
  const windowsOf = (centers: readonly number[]) =>
    describe([...TWO_FRAMES, sample(TAG.PerFrameFunctionalGroupsSequence, 'SQ', centers.map(voi))]).image;
  expect(windowsOf([40, 90])?.frameWindows?.map(([window]) => window?.center)).toEqual([40, 90]);
  expect(windowsOf([40, 40])).toMatchObject({ frameWindows: null, windows: [{ center: 40 }] });
});

test.each([
  ['no tables', []],
  [
    'too few entries',
    [TAG.RedPaletteData, TAG.GreenPaletteData, TAG.BluePaletteData].map((tag) => sample(tag, 'OW', [1])),
  ],
  [
    'segments that repeat themselves',
    [TAG.RedPaletteSegments, TAG.GreenPaletteSegments, TAG.BluePaletteSegments].map((tag) =>
      sample(tag, 'OW', [2, 1, 0, 0]),
    ),
  ],
])('B29: a palette with %s is none', (_name, data) => {
  expect(describe(palette(16, data)).image?.palette).toBeNull();
});

test('encapsulated pixels need no length', () => {
  const elements = sampleInstance().filter(({ tag }) => tag !== TAG.PixelData);
  const bytes = samplePart10(elements, {
    transferSyntaxUid: '1.2.840.10008.1.2.5',
    tail: sampleFragments([], [new Uint8Array(4)]),
  });
  expect(describeInstance(parseDicomHeader(bytes)).image?.lossy).toBe(false);
});
