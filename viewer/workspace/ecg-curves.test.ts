import { describe, expect, it } from 'vitest';
import { caliper, leadsOf, NAME_MM, paperSizeMm, ROW_MM } from './ecg-curves.ts';

const channel = (name: string, unit: string | null) => ({ name, unit, factor: 1, baseline: 0 });
const group = {
  ...({ label: '', samplingHz: 500, sampleCount: 5000, bytesPerSample: 2, signed: true, data: '' } as const),
  channels: [channel('Lead I', 'uV'), channel('Pressure', 'mm[Hg]'), channel('Lead II', null)],
};

describe('an ECG on paper', () => {
  it('draws voltages in mV and names what has no voltage', () => {
    const values = [Float32Array.of(1000, -500), Float32Array.of(80, 90), Float32Array.of(1, 2)];
    const { leads, leftOut } = leadsOf(group, values);
    expect(leads.map(({ name, millivolts }) => [name, ...millivolts])).toEqual([['I', 1, -0.5]]);
    expect(leftOut).toEqual(['Pressure', 'Lead II']);
  });

  it('is as long as its seconds, and the calipers read by the scale that is set', () => {
    const scale = { mmPerSecond: 25, mmPerMillivolt: 10 };
    const lead = { name: 'I', fullName: 'I', millivolts: new Float32Array(5000), samplingHz: 500 };
    expect(paperSizeMm([lead, lead], scale)).toEqual([NAME_MM + 250, 2 * ROW_MM]);
    expect(caliper([30, 10], [10, 25], scale)).toEqual({ seconds: 0.8, millivolts: 1.5, perMinute: 75 });
    expect(caliper([30, 10], [31, 10], scale).perMinute).toBeNull();
    expect(caliper([30, 10], [10, 25], { mmPerSecond: 50, mmPerMillivolt: 5 }).millivolts).toBe(3);
  });
});
