import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bulkDataOf, toDicomJson } from '#shared/dicom/dicom-json.ts';
import { parseDicomHeader } from '#shared/dicom/header.ts';
import { readWaveforms, waveformValues } from '#shared/dicom/waveforms.ts';
import { inflateBounded } from './inflate.ts';

/** Values of a 12-lead ECG that comes with pydicom, read by it: name of the file, then for each group and channel some. */
const SCRIPT = `
import json, pydicom
from pydicom.data import get_testdata_file
name = get_testdata_file('waveform_ecg.dcm')
d = pydicom.dcmread(name)
groups = [d.waveform_array(i) for i in range(len(d.WaveformSequence))]
print(json.dumps([name, [[[float(g[:, c].min()), float(g[:, c].max()), float(g[len(g) // 3, c])] for c in range(g.shape[1])] for g in groups]]))
`;
const python = ['/usr/bin/python3', 'python3'].find(
  (one) =>
    spawnSync(one, ['-c', 'import pydicom, numpy; pydicom.data.get_testdata_file("waveform_ecg.dcm")']).status === 0,
);
const note = python === undefined ? ' (skipped: pydicom is not installed)' : '';

// Oracle: an independent reader finds the same voltages.
test.skipIf(note !== '')(`reads the curves of an ECG as pydicom does${note}`, () => {
  const { stdout, stderr } = spawnSync(python ?? '', ['-c', SCRIPT], { encoding: 'utf8' });
  const [file, theirs] = JSON.parse(stdout || `["${stderr}", []]`) as [string, number[][][]];
  const header = parseDicomHeader(readFileSync(file), { inflate: inflateBounded });
  const groups = readWaveforms(toDicomJson(header));
  if ('refusal' in groups) throw new Error(groups.refusal);
  expect(groups).toHaveLength(theirs.length);
  for (const [i, group] of groups.entries()) {
    const bytes =
      typeof group.data === 'string' ? bulkDataOf(header, group.data.slice('bulkdata/'.length)) : group.data;
    const values = bytes === undefined ? null : waveformValues(group, bytes);
    expect(values, `group ${i + 1}`).toHaveLength(theirs[i]?.length ?? -1);
    for (const [channel, curve] of (values ?? []).entries()) {
      const ours = [Math.min(...curve), Math.max(...curve), curve[Math.floor(curve.length / 3)] ?? Number.NaN];
      const expected = theirs[i]?.[channel] ?? [];
      for (const [at, value] of ours.entries()) expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 3);
    }
  }
});
