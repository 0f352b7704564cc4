import { transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';
import { type Calibration, calibrationProvenance } from '#shared/imaging/calibration.ts';
import { COLOR_MAP_NAMES } from '#shared/imaging/color-maps.ts';
import type { FidelityFact } from '#viewer/engines/image-engine.ts';
import type { FrameDescription } from './frame-description.ts';
import type { FrameLook } from './frame-look.ts';
import { petValuesOf } from './pet-values.ts';

/**
 * How true the picture on the screen is to what was stored, and from which attributes that is known. `scale`: device
 * pixels to an image pixel. `calibration`: the one that is in force.
 */
export function fidelityOf(
  description: FrameDescription,
  look: FrameLook,
  scale: number,
  calibration: Calibration,
): readonly FidelityFact[] {
  return [
    compression(description),
    ...pixelsShown(scale),
    ...transformations(description, look),
    ...description.display.unusable.map((text): FidelityFact => ({ text, from: '', level: 'attention' })),
    ...pet(description, look),
    spacing(calibration),
  ];
}

function compression({ lossy, lossyRatio, lossyMethod, transferSyntaxUid }: FrameDescription): FidelityFact {
  const coding = transferSyntaxUid === '' ? '' : `stored as ${transferSyntaxOf(transferSyntaxUid).name}`;
  if (!lossy) {
    const from = ['Lossy Image Compression (0028,2110) is not 01', coding].filter(Boolean).join('; ');
    return { text: 'Lossless', from, level: 'plain' };
  }
  const ratio = lossyRatio === null ? '' : ` ${Number(lossyRatio.toFixed(1))}:1`;
  const from = [
    'Lossy Image Compression (0028,2110)',
    lossyRatio === null ? 'no ratio stated' : 'Lossy Image Compression Ratio (0028,2112)',
    lossyMethod === null ? '' : `method ${lossyMethod} (0028,2114)`,
    coding,
  ];
  return { text: `Lossy${ratio}`, from: from.filter(Boolean).join('; '), level: 'attention' };
}

function pixelsShown(scale: number): FidelityFact[] {
  if (scale >= 0.999) return [];
  const share = Math.max(1, Math.round(scale * 100));
  return [
    { text: `Reduced to ${share} %`, from: 'fewer screen pixels than image pixels: X shows each', level: 'plain' },
  ];
}

function transformations(
  { display, isColor, rescaleSlope, rescaleIntercept, ...rest }: FrameDescription,
  look: FrameLook,
) {
  const facts: FidelityFact[] = [];
  const add = (text: string, from: string) => facts.push({ text, from, level: 'plain' });
  if (!isColor) {
    if (display.modalityLut !== null) add('Modality LUT', 'Modality LUT Sequence (0028,3000)');
    else if (rescaleSlope !== 1 || rescaleIntercept !== 0) {
      add('Rescaled', `Rescale Slope ${rescaleSlope} (0028,1053), Intercept ${rescaleIntercept} (0028,1052)`);
    }
    const voi = look.voi.of({ display, isColor, rescaleSlope, rescaleIntercept, ...rest });
    if ('table' in voi) {
      const name = display.voiLuts.find(({ table }) => table === voi.table)?.name;
      add(`VOI LUT${name === undefined ? '' : `: ${name}`}`, 'VOI LUT Sequence (0028,3010)');
    } else if (voi.window.voiFunction === 'SIGMOID' || voi.window.voiFunction === 'LINEAR_EXACT') {
      const name = voi.window.voiFunction === 'SIGMOID' ? 'Sigmoid window' : 'Exact linear window';
      add(name, 'VOI LUT Function (0028,1056)');
    }
    if (display.turned) add('Turned grey scale', 'Presentation LUT Shape (2050,0020) or MONOCHROME1 (0028,0004)');
    if (look.colors !== null) add(`Colours: ${COLOR_MAP_NAMES[look.colors]}`, 'chosen here');
  }
  if (look.inverted) add('Inverted', 'chosen here');
  if (display.overlays.length > 0) {
    const groups = display.overlays.map(({ plane }) => plane.group.toString(16).toUpperCase()).join(', ');
    add(look.overlaysShown ? 'Overlay' : 'Overlay hidden', `overlay planes in group ${groups}`);
  }
  if (display.shutter !== null) add(look.shutterShown ? 'Shutter' : 'Shutter open', 'Shutter Shape (0018,1600)');
  return facts;
}

/** Which SUV is read and by which formula; where there is none, why not. */
function pet(description: FrameDescription, look: FrameLook): FidelityFact[] {
  const values = petValuesOf(description, look.petValues);
  if (values === null) return [];
  const chosen = values.choices.find(({ kind }) => kind === values.kind);
  if (chosen?.formula) return [{ text: `SUV${chosen.kind}`, from: chosen.formula, level: 'plain' }];
  const refusal = values.choices.find(({ kind }) => kind === 'bw')?.refusal;
  return refusal ? [{ text: 'No SUV', from: refusal, level: 'attention' }] : [];
}

function spacing(calibration: Calibration): FidelityFact {
  const from = calibrationProvenance(calibration);
  if (calibration.kind === 'none') return { text: 'No scale', from, level: 'attention' };
  const source = calibration.kind === 'mm-per-pixel' ? calibration.source : null;
  const atDetector = source === 'ImagerPixelSpacing' || source === 'ImagerPixelSpacing-magnification';
  const text = atDetector
    ? 'Scale at the detector'
    : source === 'user-calibration'
      ? 'Scale set by you'
      : 'Scale of the image';
  return { text, from, level: 'plain' };
}
