import type { SlideSummary } from '#shared/api/material.ts';
import { formatBytes } from '#viewer/ui/quantities.ts';
import { slideFormat } from './slide-words.ts';

const SOURCES: Readonly<Record<NonNullable<SlideSummary['mppSource']>, string>> = {
  'aperio-description': 'scanner’s own field',
  'scanner-metadata': 'scanner’s own field',
  PixelSpacing: 'DICOM Pixel Spacing',
  'ome-xml': 'OME-XML',
  'tiff-resolution': 'TIFF resolution',
};
const UNKNOWN = 'not stated in the file';

/** Everything the file says of the slide, as name and value, in the order people ask; what it does not say is said so. */
export function slideFacts(slide: SlideSummary): (readonly [string, string])[] {
  const levels = slide.levels.map(({ downsampleX }) => `${Number(downsampleX.toPrecision(3))}×`).join(', ');
  const [base] = slide.levels;
  const planes = slide.focalPlanes.length;
  const facts: (readonly [string, string])[] = [
    ['File', slide.name.split('/').at(-1) ?? slide.name],
    ['Format', `${slideFormat(slide)}, ${formatBytes(slide.sizeBytes)}`],
    ['Scanner', slide.scanner ?? UNKNOWN],
    ['Stain', slide.stain ?? UNKNOWN],
    ['Objective', slide.objectivePower === null ? UNKNOWN : `${slide.objectivePower}× as declared`],
    ['Pixel size', pixelSize(slide)],
    ['Size', `${slide.width.toLocaleString('en')} × ${slide.height.toLocaleString('en')} px`],
    ['Levels', `${slide.levels.length} (${levels}), tiles ${base?.tileWidth ?? 0} × ${base?.tileHeight ?? 0} px`],
    ['Stored as', slide.compression ?? 'not known'],
    ['Focal planes', planes === 1 ? '1' : `${planes}${heights(slide)}`],
    ['Channels', slide.channels.map(({ name }) => name).join(', ')],
    ['Colour profile', slide.iccProfile === null ? 'none' : (slide.iccProfile.name ?? 'without a name')],
    ['SHA-256', slide.sha256],
  ];
  return facts;
}

/** The pixel size with its source; where sources disagree each of them. */
function pixelSize({ mppX, mppY, statedMpps, mppsDisagree, mppSource }: SlideSummary): string {
  if (mppX === null || mppY === null) return 'not stated: lengths are in px';
  const said = (x: number, y: number): string =>
    x === y ? `${Number(x.toPrecision(4))} µm` : `${Number(x.toPrecision(4))} × ${Number(y.toPrecision(4))} µm`;
  if (!mppsDisagree) return `${said(mppX, mppY)}${mppSource === null ? '' : ` (${SOURCES[mppSource]})`}`;
  const stated = statedMpps.map(({ source, x, y }) => `${said(x, y)} (${SOURCES[source]})`);
  return `sources disagree: ${stated.join('; ')}. The first is used`;
}

function heights({ focalPlanes }: SlideSummary): string {
  const known = focalPlanes.flatMap(({ zUm }) => (zUm === null ? [] : [zUm]));
  return known.length < focalPlanes.length ? '' : ` (${Math.min(...known)} to ${Math.max(...known)} µm)`;
}
