/** Standardised uptake values as measurements: which unit stands for which kind, and what a value of PET is in it. */
import { type PetAttributes, SUV_KINDS, type SuvKind, suvOf } from '#shared/imaging/suv.ts';
import type { PixelMeaning } from './measure-pixels.ts';
import type { Unit } from './measurement.ts';

/** UCUM codes with the annotations of PS3.16 CID 85. */
export const SUV_UNITS: Readonly<Record<SuvKind, Unit>> = {
  bw: 'g/ml{SUVbw}',
  lbm: 'g/ml{SUVlbm(Janma)}',
  bsa: 'cm2/ml{SUVbsa}',
};

/** The kind whose unit this is; null for units of anything else. */
export function suvKindOf(unit: Unit): SuvKind | null {
  return SUV_KINDS.find((kind) => SUV_UNITS[kind] === unit) ?? null;
}

/** Modality values of a PET image as SUV; null where the file does not allow it. */
export function suvMeaning(kind: SuvKind, pet: PetAttributes): PixelMeaning | null {
  const suv = suvOf(kind, pet);
  return 'refusal' in suv ? null : { unit: SUV_UNITS[kind], provenance: 'pet-suv', factor: suv.factor };
}
