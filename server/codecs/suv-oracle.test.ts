import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Geometry } from '#shared/annotation/geometry.ts';
import { measurePixels } from '#shared/annotation/measure-pixels.ts';
import { suvMeaning } from '#shared/annotation/suv-meaning.ts';
import { toDicomJson } from '#shared/dicom/dicom-json.ts';
import { describeImage } from '#shared/dicom/image-description.ts';
import { readPetAttributes } from '#shared/dicom/pet-attributes.ts';
import { suvOf } from '#shared/imaging/suv.ts';
import { decodeFrame } from './decode-frame.ts';
import { buildFrameIndex } from './frame-index.ts';
import type { RangeReader } from './range-reader.ts';
import { frameTransferSyntax, readFrame } from './read-frame.ts';
import { readHeader } from './read-header.ts';
import { modalityValues } from './render-frame.ts';

const data = process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data');
const FILES = ['pet/acrin-flt-029.dcm', 'pet/2020-11-16-SalimKanounAnonymization.dcm'].map((file) => join(data, file));
const python = ['/usr/bin/python3', 'python3'].find(
  (one) => spawnSync(one, ['-c', 'import pydicom, numpy']).status === 0,
);
const present = FILES.every((file) => existsSync(file));
const reason = python === undefined ? 'pydicom is not installed' : 'no test data at CONSILIUM_TEST_DATA';
const note = python !== undefined && present ? '' : ` (skipped: ${reason})`;

/** Body-weight SUV over the rectangle of columns 60 to 120 and rows 70 to 110, by another reader and another formula. */
const SCRIPT = `
import sys, json, math, datetime, pydicom
for name in sys.argv[1:]:
    d = pydicom.dcmread(name)
    r = d.RadiopharmaceuticalInformationSequence[0]
    at = lambda day, t: datetime.datetime.strptime(day + str(t).split('.')[0], '%Y%m%d%H%M%S').timestamp() + float('0.' + (str(t).split('.') + ['0'])[1])
    seconds = at(d.SeriesDate, d.SeriesTime) - at(d.SeriesDate, r.RadiopharmaceuticalStartTime)
    left = float(r.RadionuclideTotalDose) * math.exp(-math.log(2) * seconds / float(r.RadionuclideHalfLife))
    suv = (d.pixel_array.astype('float64') * float(d.RescaleSlope) + float(d.RescaleIntercept)) * float(d.PatientWeight) * 1000 / left
    roi = suv[70:110, 60:120]
    print(json.dumps([float(roi.mean()), float(roi.std()), float(roi.min()), float(roi.max()), float(suv.max())]))
`;

// Oracle: pydicom and numpy compute the same uptake in real files of two makers.
test.skipIf(note !== '')(`SUV of real PET files equals what pydicom gives${note}`, async () => {
  const { stdout, stderr } = spawnSync(python ?? '', ['-c', SCRIPT, ...FILES], { encoding: 'utf8' });
  const theirs = stdout.trim().split('\n');
  expect(theirs, stderr).toHaveLength(FILES.length);
  for (const [i, file] of FILES.entries()) {
    const { pet, frame } = await readPet(file);
    const meaning = pet === null ? null : suvMeaning('bw', pet);
    if (meaning === null || pet === null) throw new Error(`${file} gives no SUV`);
    const measured = (shape: Geometry) => measurePixels(frame, shape, meaning);
    const all: Geometry = { kind: 'rectangle', min: [0, 0], max: [frame.columns, frame.rows] };
    const [mean, deviation, minimum, maximum] = measured({ kind: 'rectangle', min: [60, 70], max: [120, 110] });
    const whole = measured(all).find(({ name }) => name === 'maximum');
    const expected = JSON.parse(theirs[i] ?? '[]') as number[];
    for (const [at, one] of [mean, deviation, minimum, maximum, whole].entries()) {
      expect(one?.value, `${file}, number ${at}`).toBeCloseTo(expected[at] ?? Number.NaN, 6);
      expect(one).toMatchObject({ unit: 'g/ml{SUVbw}', provenance: 'pet-suv' });
    }
    // Neither file states a height.
    expect(suvOf('lbm', pet)).toMatchObject({ refusal: expect.stringMatching(/height/) });
    expect(suvOf('bsa', pet)).toMatchObject({ refusal: expect.stringMatching(/height/) });
  }
});

async function readPet(file: string) {
  const bytes = new Uint8Array(readFileSync(file));
  const read: RangeReader = async (offset, length) => bytes.subarray(offset, offset + length);
  const { signal } = new AbortController();
  const header = await readHeader(read, bytes.length, signal);
  const image = describeImage(header, []);
  const index = await buildFrameIndex(read, bytes.length, header, image, signal);
  const syntax = frameTransferSyntax(header.transferSyntaxUid);
  const decoded = await decodeFrame(await readFrame(read, index, 1), image, syntax, 1);
  return {
    pet: readPetAttributes(toDicomJson(header)),
    frame: { columns: image.columns, rows: image.rows, values: modalityValues(decoded.pixels, image, 1) },
  };
}
