import { SUV_UNITS } from '#shared/annotation/suv-meaning.ts';
import { type PetAttributes, SUV_KINDS, type Suv, type SuvKind, suvOf } from '#shared/imaging/suv.ts';
import type { VoiWindow } from '#shared/imaging/window.ts';
import type { PetValueKind, PetValues } from '#viewer/engines/image-engine.ts';
import type { FrameDescription } from './frame-description.ts';

/** Upper ends of the windows that are customary, in the unit of each kind; surface values are about a quarter. */
const TOPS: Readonly<Record<SuvKind, readonly number[]>> = {
  bw: [2.5, 5, 7, 10, 15, 20],
  lbm: [2, 4, 5, 7, 10, 15],
  bsa: [0.5, 1, 1.5, 2, 3, 5],
};

const known = new WeakMap<PetAttributes, readonly Suv[]>();

function suvsOf(pet: PetAttributes): readonly Suv[] {
  const found = known.get(pet) ?? SUV_KINDS.map((kind) => suvOf(kind, pet));
  known.set(pet, found);
  return found;
}

/** As which kind values are read: as wished, else as SUV by body weight, else as the file has them. */
function chosenSuv(pet: PetAttributes, wish: PetValueKind | null): (Suv & { readonly factor: number }) | null {
  if (wish === 'modality') return null;
  const suv = suvsOf(pet).find(({ kind }) => kind === (wish ?? 'bw'));
  return suv === undefined || 'refusal' in suv ? null : suv;
}

/** The description with the meaning its values are read in; as it is for everything but PET. */
export function readAs(description: FrameDescription, wish: PetValueKind | null): FrameDescription {
  const suv = description.pet === null ? null : chosenSuv(description.pet, wish);
  if (suv === null || description.meaning === null) return description;
  return { ...description, meaning: { unit: SUV_UNITS[suv.kind], provenance: 'pet-suv', factor: suv.factor } };
}

/** What values of a PET image can be read as, and why not; null for everything else. */
export function petValuesOf({ pet, meaning }: FrameDescription, wish: PetValueKind | null): PetValues | null {
  if (pet === null || meaning === null) return null;
  const chosen = chosenSuv(pet, wish);
  return {
    kind: chosen?.kind ?? 'modality',
    factor: chosen?.factor ?? 1,
    choices: suvsOf(pet).map((suv) => ({
      kind: suv.kind,
      refusal: 'refusal' in suv ? suv.refusal : null,
      formula: 'refusal' in suv ? null : `${suv.formula}. From ${suv.fields.join(', ')}.`,
    })),
  };
}

/** Windows from nothing to a customary value, in modality units; none where values are not read as SUV. */
export function suvWindows(
  { meaning }: FrameDescription,
  pet: PetValues | null,
): readonly (VoiWindow & { readonly name: string })[] {
  if (pet === null || pet.kind === 'modality' || meaning === null) return [];
  const { kind, factor } = pet;
  return TOPS[kind].map((top) => ({
    ...{ name: `SUV${kind} 0–${top}`, center: top / 2 / factor, width: top / factor },
    voiFunction: 'LINEAR_EXACT' as const,
  }));
}
