/** What a PET image says of dose, decay and patient, from DICOM JSON; viewer and server read it alike. */
import type { PetAttributes } from '#shared/imaging/suv.ts';
import type { DicomJsonDataset } from './dicom-json.ts';
import { jsonItems, jsonNumber, jsonText, jsonTexts } from './json-reading.ts';

/**
 * PET Image, PET Series and PET Isotope modules (PS3.3 C.8.9). Null for other modalities. With several
 * radiopharmaceuticals no single dose can be named, and none is.
 */
export function readPetAttributes(instance: DicomJsonDataset): PetAttributes | null {
  if (jsonText(instance, '00080060') !== 'PT') return null;
  const drugs = jsonItems(instance, '00540016');
  const drug = drugs.length === 1 ? drugs[0] : undefined;
  return {
    units: jsonText(instance, '00541001'),
    suvType: jsonText(instance, '00541006'),
    correctedImage: jsonTexts(instance, '00280051'),
    decayCorrection: jsonText(instance, '00541102'),
    seriesDate: jsonText(instance, '00080021'),
    seriesTime: jsonText(instance, '00080031'),
    acquisitionDate: jsonText(instance, '00080022'),
    acquisitionTime: jsonText(instance, '00080032'),
    radiopharmaceuticalStartTime: jsonText(drug, '00181072'),
    radiopharmaceuticalStartDateTime: jsonText(drug, '00181078'),
    totalDoseBq: jsonNumber(drug, '00181074'),
    halfLifeSeconds: jsonNumber(drug, '00181075'),
    weightKg: jsonNumber(instance, '00101030'),
    heightM: jsonNumber(instance, '00101020'),
    sex: jsonText(instance, '00100040'),
  };
}
