/** What DICOM JSON says of scale and pixel values beyond spacing and rescale; viewer and server read it alike. */
import type { PetAttributes } from '#shared/imaging/suv.ts';
import type { UltrasoundRegion } from '#shared/imaging/ultrasound-region.ts';
import type { DicomJsonDataset } from './dicom-json.ts';
import { jsonNumber } from './json-reading.ts';
import { readPetAttributes } from './pet-attributes.ts';
import { readUltrasoundRegions } from './ultrasound-regions.ts';

export interface ScaleAttributes {
  readonly ultrasoundRegions: readonly UltrasoundRegion[];
  /** Estimated Radiographic Magnification Factor (0018,1114). */
  readonly magnificationFactor: number | null;
  /** Dose, decay and patient of a PET image; null for other modalities. */
  readonly pet: PetAttributes | null;
}

/** Reads them from the top level of an instance. */
export function readScaleAttributes(instance: DicomJsonDataset): ScaleAttributes {
  return {
    ultrasoundRegions: readUltrasoundRegions(instance),
    magnificationFactor: jsonNumber(instance, '00181114'),
    pet: readPetAttributes(instance),
  };
}
