import { metaData } from '@cornerstonejs/core';
import type { FrameDescription } from './frame-description.ts';
import { worldPlaneOf } from './world-plane.ts';

/**
 * The metadata modules Cornerstone asks for, from our own checked descriptions. It is given no measurement data: what
 * it is told of spacing serves to draw pixels in their shape, and every number on the screen is computed by us.
 */
const descriptions = new Map<string, { readonly description: FrameDescription; users: number }>();

/** Makes a description known under its image id, for as many users as remember it, and gives the id back. */
export function rememberFrame(imageId: string, description: FrameDescription): string {
  const users = (descriptions.get(imageId)?.users ?? 0) + 1;
  descriptions.set(imageId, { description, users });
  return imageId;
}

/** One user fewer; after the last one the id is unknown. */
export function forgetFrame(imageId: string): void {
  const known = descriptions.get(imageId);
  if (known === undefined) return;
  known.users -= 1;
  if (known.users === 0) descriptions.delete(imageId);
}

export function describedFrame(imageId: string): FrameDescription | undefined {
  return descriptions.get(imageId)?.description;
}

/** Highest priority: nobody else knows anything about our image ids. */
export function registerFrameMetadata(): void {
  metaData.addProvider((type: string, imageId: unknown): object | undefined => {
    const description = typeof imageId === 'string' ? describedFrame(imageId) : undefined;
    return description === undefined ? undefined : MODULES[type]?.(description);
  }, 10_000);
}

const MODULES: Readonly<Record<string, (description: FrameDescription) => object>> = {
  imagePixelModule: (description) => ({
    samplesPerPixel: description.samplesPerPixel,
    photometricInterpretation: description.photometricInterpretation,
    planarConfiguration: description.planarConfiguration,
    rows: description.rows,
    columns: description.columns,
    bitsAllocated: description.bitsAllocated,
    bitsStored: description.bitsStored,
    highBit: description.highBit,
    pixelRepresentation: description.signed ? 1 : 0,
    ...paletteModule(description),
  }),
  imagePlaneModule: (description) => {
    const { rowCosines, columnCosines, origin, columnSpacing, rowSpacing } = worldPlaneOf(description);
    return {
      rows: description.rows,
      columns: description.columns,
      frameOfReferenceUID: description.frameOfReferenceUid ?? '',
      imageOrientationPatient: [...rowCosines, ...columnCosines],
      imagePositionPatient: [...origin],
      rowCosines: [...rowCosines],
      columnCosines: [...columnCosines],
      pixelSpacing: [rowSpacing, columnSpacing],
      rowPixelSpacing: rowSpacing,
      columnPixelSpacing: columnSpacing,
      usingDefaultValues: description.plane === null,
    };
  },
  generalSeriesModule: ({ modality }) => ({ modality }),
  sopCommonModule: ({ sopClassUid }) => ({ sopClassUID: sopClassUid }),
  modalityLutModule: ({ rescaleSlope, rescaleIntercept }) => ({ rescaleSlope, rescaleIntercept }),
  // The window is always ours: Cornerstone is told none, so that it never falls back to a header's 1/1.
  voiLutModule: () => ({}),
};

function paletteModule({ palette }: FrameDescription): object {
  if (palette === null) return {};
  const descriptor = [...palette.descriptor];
  return {
    redPaletteColorLookupTableDescriptor: descriptor,
    greenPaletteColorLookupTableDescriptor: descriptor,
    bluePaletteColorLookupTableDescriptor: descriptor,
    redPaletteColorLookupTableData: palette.red,
    greenPaletteColorLookupTableData: palette.green,
    bluePaletteColorLookupTableData: palette.blue,
  };
}
