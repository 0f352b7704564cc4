/**
 * Philips TIFF (IntelliSite export): a tiled BigTIFF whose first ImageDescription is the XML of a DPUfsImport object.
 *
 * Directories are padded to whole tiles; the XML's DICOM_PIXEL_SPACING of each level says by how much a level is reduced.
 * The reduced levels are cut off at that size; level 0 stays as it is, for nothing in the file tells its true size.
 * Tiles without tissue have no bytes. Label and macro image are pages of their own or JPEG in base64 inside the XML.
 */

import { parseXml } from '#server/slides/slide-xml.ts';
import {
  type GridLevel,
  gridLevel,
  isPlausibleMpp,
  isTiled,
  resolutionCalibration,
  stated,
  type TiffAssociated,
  type TiffDirectory,
  type TiffFile,
  type TiffFormat,
} from '#server/slides/tiff.ts';
import { AppError } from '#shared/errors.ts';
import { child, childrenOf, type XmlElement } from '#shared/xml/xml-element.ts';

const WHAT = 'Philips XML';

export const philips: TiffFormat = {
  name: 'philips-tiff',
  detect(tiff) {
    const [base] = tiff.directories;
    if (!base.software.startsWith('Philips')) return 'the software tag does not name Philips';
    if (!base.description.includes('DPUfsImport')) return 'the image description holds no DPUfsImport object';
    return isTiled(base) ? true : 'the first page of a Philips slide must be tiled';
  },
  layout(tiff) {
    const root = parseXml(tiff.directories[0].description, WHAT);
    const images = objectsOf(root, 'PIM_DP_SCANNED_IMAGES');
    const slides = images.filter((image) => attributeText(image, 'PIM_DP_IMAGE_TYPE') === 'WSI');
    const [slide] = slides;
    if (slide === undefined || slides.length > 1) throw invalid(`it describes ${slides.length} slides instead of one`);
    const own = spacingOf(slide);
    const spacings = objectsOf(slide, 'PIIM_PIXEL_DATA_REPRESENTATION_SEQUENCE').map(spacingOf);
    const mpp = own ?? spacings[0] ?? null;
    const x = (mpp?.x ?? 0) * 1000;
    const y = (mpp?.y ?? 0) * 1000;
    const plausible = isPlausibleMpp(x) && isPlausibleMpp(y);
    return {
      vendor: 'Philips',
      levels: levels(tiff, spacings),
      associated: associated(tiff, images),
      mpps: stated(plausible ? { x, y, source: 'scanner-metadata' } : null, resolutionCalibration(tiff.directories[0])),
      objective: objectiveOf(attributeText(slide, 'DICOM_DERIVATION_DESCRIPTION')),
      scanner: attributeText(root, 'DICOM_MANUFACTURERS_MODEL_NAME'),
    };
  },
};

interface Spacing {
  readonly x: number;
  readonly y: number;
}

function levels(tiff: TiffFile, spacings: readonly (Spacing | null)[]): [GridLevel, ...GridLevel[]] {
  const [base] = tiff.directories;
  const reduced: GridLevel[] = [];
  let last: TiffDirectory = base;
  for (const directory of tiff.directories.slice(1)) {
    if (!isTiled(directory)) continue;
    if ((directory.subfileType & 1) === 0 || directory.width > last.width || directory.height > last.height) {
      throw invalid('a tiled page is no smaller level');
    }
    last = directory;
    const first = spacings[0];
    const spacing = spacings[reduced.length + 1];
    if (!first || !spacing) throw invalid(`it says nothing of level ${reduced.length + 1}`);
    const downsample = Math.round((spacing.x / first.x + spacing.y / first.y) / 2);
    if (!(downsample >= 1)) throw invalid(`the pixel spacing of level ${reduced.length + 1} is not valid`);
    reduced.push({
      ...gridLevel(directory),
      width: Math.max(1, Math.min(directory.width, Math.floor(base.width / downsample))),
      height: Math.max(1, Math.min(directory.height, Math.floor(base.height / downsample))),
    });
  }
  return [gridLevel(base), ...reduced];
}

function associated(tiff: TiffFile, images: readonly XmlElement[]): TiffAssociated[] {
  const found: TiffAssociated[] = [];
  for (const [name, title, type] of [
    ['label', 'Label', 'LABELIMAGE'],
    ['macro', 'Macro', 'MACROIMAGE'],
  ] as const) {
    const directory = tiff.directories.find((one) => !isTiled(one) && one.description.startsWith(title));
    const image = images.find((one) => attributeText(one, 'PIM_DP_IMAGE_TYPE') === type);
    const data = image === undefined ? null : attributeText(image, 'PIM_DP_IMAGE_DATA');
    if (directory !== undefined) found.push({ name, directory });
    else if (data !== null) found.push({ name, jpeg: Buffer.from(data, 'base64') });
  }
  return found;
}

/** `"0.000247" "0.000247"`: rows, then columns, in mm as in DICOM. */
function spacingOf(element: XmlElement): Spacing | null {
  const values = attributeText(element, 'DICOM_PIXEL_SPACING')?.replaceAll('"', ' ').trim().split(/\s+/).map(Number);
  const [y, x] = values ?? [];
  return x !== undefined && y !== undefined && x > 0 && y > 0 && Number.isFinite(x * y) ? { x, y } : null;
}

/** `levels=40,…` where the first entry may be the objective, or a number beyond any. */
function objectiveOf(derivation: string | null) {
  const power = Number(/(?:^|-|\s)levels=(\d+)/.exec(derivation ?? '')?.[1] ?? 0);
  return power >= 1 && power <= 200 ? ({ power, source: 'scanner-metadata' } as const) : null;
}

/** `<Attribute Name="…">value</Attribute>` directly inside. */
function attributeText(element: XmlElement, name: string): string | null {
  const attribute = childrenOf(element, 'Attribute').find((one) => one.attributes.get('Name') === name);
  return attribute === undefined || attribute.text === '' ? null : attribute.text;
}

/** `<Attribute Name="…"><Array><DataObject/>…` directly inside. */
function objectsOf(element: XmlElement, name: string): readonly XmlElement[] {
  const attribute = childrenOf(element, 'Attribute').find((one) => one.attributes.get('Name') === name);
  return childrenOf(child(attribute ?? null, 'Array'), 'DataObject');
}

function invalid(reason: string): AppError {
  return new AppError('SLIDE_METADATA_INVALID', { what: WHAT, reason });
}
