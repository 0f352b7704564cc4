import { describe, expect, it } from 'vitest';
import type { DicomJsonDataset } from './dicom-json.ts';
import { leadName, millivoltsOf, readWaveforms, type WaveformGroup, waveformValues } from './waveforms.ts';

const channel = (name: string, sensitivity: number, baseline: number): DicomJsonDataset => ({
  '003A0208': { vr: 'SQ', Value: [{ '00080104': { vr: 'LO', Value: [name] } }] },
  '003A0210': { vr: 'DS', Value: [sensitivity] },
  '003A0211': { vr: 'SQ', Value: [{ '00080100': { vr: 'SH', Value: ['uV'] } }] },
  '003A0212': { vr: 'DS', Value: [2] },
  '003A0213': { vr: 'DS', Value: [baseline] },
});
const ecg = (change: Partial<Record<string, DicomJsonDataset[string]>> = {}): DicomJsonDataset => ({
  '54000100': {
    vr: 'SQ',
    Value: [
      {
        '003A001A': { vr: 'DS', Value: [500] },
        '003A0010': { vr: 'UL', Value: [3] },
        '003A0200': { vr: 'SQ', Value: [channel('Lead I (Einthoven)', 1.25, 0), channel('Lead V1', 5, 10)] },
        '54001004': { vr: 'US', Value: [16] },
        '54001006': { vr: 'CS', Value: ['SS'] },
        // I: 1, 2, 3; V1: −1, −2, −3.
        '54001010': { vr: 'OW', InlineBinary: 'AQD//wIA/v8DAP3/' },
        ...change,
      } as DicomJsonDataset,
    ],
  },
});

describe('curves of a waveform object', () => {
  it('are samples times sensitivity and its correction, plus the baseline, channel by channel (PS3.3 C.10.9.1.4)', () => {
    const groups = readWaveforms(ecg());
    if ('refusal' in groups) throw new Error(groups.refusal);
    const [group] = groups as readonly [WaveformGroup];
    if (typeof group.data === 'string') throw new Error('not inline');
    expect(waveformValues(group, group.data)?.map((values) => [...values])).toEqual([
      [2.5, 5, 7.5],
      [0, -10, -20],
    ]);
    expect(group.channels.map(({ name, unit }) => [leadName(name), unit])).toEqual([
      ['I', 'uV'],
      ['V1', 'uV'],
    ]);
    expect([millivoltsOf('uV'), millivoltsOf('mm[Hg]')]).toEqual([0.001, null]);
    // A file that ends early is not drawn as if the rest were nothing.
    expect(waveformValues(group, group.data.subarray(0, 10))).toBeNull();
  });

  it.each([
    ['no sampling frequency', { '003A001A': { vr: 'DS' } }, /missing/],
    ['companded samples', { '54001006': { vr: 'CS', Value: ['MB'] } }, /MB of 16 bits/],
    ['samples of another size', { '54001004': { vr: 'US', Value: [8] } }, /SS of 8 bits/],
    ['no samples', { '54001010': { vr: 'OW' } }, /missing/],
  ] as const)('are refused with a sentence: %s', (_, change, reason) => {
    expect(readWaveforms(ecg(change as never))).toMatchObject({ refusal: expect.stringMatching(reason) });
  });

  it('are refused where there are none', () => {
    expect(readWaveforms({})).toMatchObject({ refusal: expect.stringMatching(/no curves/) });
  });
});
