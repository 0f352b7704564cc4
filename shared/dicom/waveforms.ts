/** Curves of a waveform object (PS3.3 C.10.9), from DICOM JSON. */
import { decodeBase64 } from './base64.ts';
import type { DicomJsonDataset } from './dicom-json.ts';
import { jsonItems, jsonNumber, jsonText } from './json-reading.ts';

export interface WaveformChannel {
  /** As the file names it: "Lead I (Einthoven)". */
  readonly name: string;
  /** Unit of the values, UCUM as the file has it; null where samples are bare numbers. */
  readonly unit: string | null;
  /** value = sample · factor + baseline (PS3.3 C.10.9.1.4), the baseline in the unit of the values. */
  readonly factor: number;
  readonly baseline: number;
}

/** Channels that were sampled together. */
export interface WaveformGroup {
  readonly label: string;
  readonly samplingHz: number;
  readonly sampleCount: number;
  readonly channels: readonly WaveformChannel[];
  readonly bytesPerSample: 1 | 2;
  readonly signed: boolean;
  /** Where the samples are: in the metadata, or at an address. */
  readonly data: Uint8Array | string;
}

/**
 * The groups of a waveform object, or in a sentence why they cannot be drawn. Companded samples (MB, AB) and those
 * of 32 and 64 bits are refused: no ECG has them.
 */
export function readWaveforms(dataset: DicomJsonDataset): readonly WaveformGroup[] | { readonly refusal: string } {
  const groups: WaveformGroup[] = [];
  for (const item of jsonItems(dataset, '54000100')) {
    const channels = jsonItems(item, '003A0200').map(channelOf);
    const samplingHz = jsonNumber(item, '003A001A');
    const sampleCount = jsonNumber(item, '003A0010');
    const interpretation = jsonText(item, '54001006');
    const bits = jsonNumber(item, '54001004');
    const data = dataOf(item);
    if (channels.length === 0 || samplingHz === null || !(samplingHz > 0) || sampleCount === null || data === null) {
      return { refusal: 'Channels, sampling frequency or samples are missing in the file.' };
    }
    const known = { SB: 8, UB: 8, SS: 16, US: 16 }[interpretation ?? ''];
    if (known === undefined || known !== bits) {
      return {
        refusal: `Samples are ${interpretation ?? 'of no stated kind'} of ${bits ?? '?'} bits, which are not drawn.`,
      };
    }
    groups.push({
      ...{ label: jsonText(item, '003A0020') ?? '', samplingHz, sampleCount, channels, data },
      ...{ bytesPerSample: known === 8 ? 1 : 2, signed: interpretation?.startsWith('S') ?? false },
    });
  }
  return groups.length === 0 ? { refusal: 'The file holds no curves.' } : groups;
}

function channelOf(item: DicomJsonDataset): WaveformChannel {
  const source = jsonItems(item, '003A0208')[0];
  const sensitivity = jsonNumber(item, '003A0210');
  const unit = jsonText(jsonItems(item, '003A0211')[0], '00080100');
  const correction = jsonNumber(item, '003A0212') ?? 1;
  const factor = sensitivity === null ? 1 : sensitivity * correction;
  return {
    name: jsonText(source, '00080104') ?? jsonText(item, '003A0203') ?? 'Channel',
    unit: sensitivity === null ? null : unit,
    factor,
    baseline: jsonNumber(item, '003A0213') ?? 0,
  };
}

function dataOf(item: DicomJsonDataset): Uint8Array | string | null {
  const element = item['54001010'];
  if (element?.BulkDataURI !== undefined) return element.BulkDataURI;
  return element?.InlineBinary === undefined ? null : decodeBase64(element.InlineBinary);
}

/**
 * The values of each channel in the unit of its file. Samples lie one channel after the other, sample by sample, little
 * endian (PS3.18 F.2.7). Null where there are fewer bytes than samples.
 */
export function waveformValues(group: WaveformGroup, bytes: Uint8Array): readonly Float32Array[] | null {
  const { channels, sampleCount, bytesPerSample, signed } = group;
  if (bytes.byteLength < sampleCount * channels.length * bytesPerSample) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = (at: number): number => {
    if (bytesPerSample === 1) return signed ? view.getInt8(at) : view.getUint8(at);
    return signed ? view.getInt16(at, true) : view.getUint16(at, true);
  };
  return channels.map(({ factor, baseline }, channel) =>
    Float32Array.from({ length: sampleCount }, (_, i) => {
      const sample = read((i * channels.length + channel) * bytesPerSample);
      return sample * factor + baseline;
    }),
  );
}

/** What millivolts a value of this unit is; null for units that are no voltage. */
export function millivoltsOf(unit: string | null): number | null {
  return { uV: 0.001, mV: 1, V: 1000 }[unit ?? ''] ?? null;
}

/** "I", "aVR", "V1": the short name of a lead, where the long one holds it. */
export function leadName(name: string): string {
  return /\b(aV[RLF]|V[1-9]R?|I{1,3})\b/.exec(name)?.[1] ?? name;
}
