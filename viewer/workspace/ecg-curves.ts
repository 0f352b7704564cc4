import { leadName, millivoltsOf, type WaveformGroup } from '#shared/dicom/waveforms.ts';

/** CSS pixels of a millimetre of ECG paper: 96 to the inch. */
export const PX_PER_MM = 96 / 25.4;
/** Height of a row and the room for names beside it, mm. */
export const ROW_MM = 22;
export const NAME_MM = 12;

export interface EcgScale {
  readonly mmPerSecond: number;
  readonly mmPerMillivolt: number;
}

/** One lead, ready to be drawn. */
export interface EcgLead {
  readonly name: string;
  /** As the file names it. */
  readonly fullName: string;
  readonly millivolts: Float32Array;
  readonly samplingHz: number;
}

/** The leads that are voltages, in mV; the others by name, since a curve without a scale is none. */
export function leadsOf(
  group: WaveformGroup,
  values: readonly Float32Array[],
): { readonly leads: readonly EcgLead[]; readonly leftOut: readonly string[] } {
  const leads: EcgLead[] = [];
  const leftOut: string[] = [];
  group.channels.forEach(({ name, unit }, i) => {
    const factor = millivoltsOf(unit);
    const channel = values[i];
    if (factor === null || channel === undefined) leftOut.push(name);
    else {
      const millivolts = channel.map((value) => value * factor);
      leads.push({ name: leadName(name), fullName: name, millivolts, samplingHz: group.samplingHz });
    }
  });
  return { leads, leftOut };
}

/** What two points of the paper, in mm from its corner, lie apart: seconds, millivolts, beats a minute. */
export function caliper(
  from: readonly [number, number],
  to: readonly [number, number],
  { mmPerSecond, mmPerMillivolt }: EcgScale,
): { readonly seconds: number; readonly millivolts: number; readonly perMinute: number | null } {
  const seconds = Math.abs(to[0] - from[0]) / mmPerSecond;
  return {
    seconds,
    millivolts: Math.abs(to[1] - from[1]) / mmPerMillivolt,
    perMinute: seconds < 0.1 ? null : 60 / seconds,
  };
}

export function paperSizeMm(leads: readonly EcgLead[], { mmPerSecond }: EcgScale): readonly [number, number] {
  const seconds = Math.max(...leads.map(({ millivolts, samplingHz }) => millivolts.length / samplingHz));
  return [NAME_MM + seconds * mmPerSecond, leads.length * ROW_MM];
}

/** Draws paper and curves; the context is scaled to millimetres. Every sample is part of the line. */
export function drawEcg(context: CanvasRenderingContext2D, leads: readonly EcgLead[], scale: EcgScale): void {
  const [width, height] = paperSizeMm(leads, scale);
  context.fillStyle = '#fffafa';
  context.fillRect(0, 0, width, height);
  for (const [step, color, thickness] of [
    [1, '#f6dada', 0.1],
    [5, '#e8b4b4', 0.16],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = thickness;
    context.beginPath();
    for (let x = NAME_MM; x <= width; x += step) {
      context.moveTo(x, 0);
      context.lineTo(x, height);
    }
    for (let y = 0; y <= height; y += step) {
      context.moveTo(NAME_MM, y);
      context.lineTo(width, y);
    }
    context.stroke();
  }
  context.strokeStyle = '#101418';
  context.fillStyle = '#101418';
  context.lineJoin = 'round';
  context.textBaseline = 'middle';
  context.font = '600 3.6px Inter Variable, system-ui, sans-serif';
  leads.forEach(({ name, millivolts, samplingHz }, row) => {
    const middle = (row + 0.5) * ROW_MM;
    context.fillText(name, 1, middle, NAME_MM - 2);
    context.lineWidth = 0.25;
    context.beginPath();
    millivolts.forEach((value, i) => {
      context.lineTo(NAME_MM + (i / samplingHz) * scale.mmPerSecond, middle - value * scale.mmPerMillivolt);
    });
    context.stroke();
  });
}
