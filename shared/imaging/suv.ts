/**
 * Standardised uptake values of PET (body weight, lean body mass, body surface area) from what a file states. Follows
 * the vendor-neutral procedure of QIBA (FDG-PET/CT profile, appendix G): activity at the beginning of the series, decayed
 * from the injection, over the size of the patient.
 */

export const SUV_KINDS = ['bw', 'lbm', 'bsa'] as const;
export type SuvKind = (typeof SUV_KINDS)[number];

/** What a PET image states; null where it states nothing. Times are DICOM DA, TM and DT text. */
export interface PetAttributes {
  /** Units (0054,1001). */
  readonly units: string | null;
  /** SUV Type (0054,1006); where values are SUV already. */
  readonly suvType: string | null;
  /** Terms of Corrected Image. */
  readonly correctedImage: readonly string[];
  readonly decayCorrection: string | null;
  readonly seriesDate: string | null;
  readonly seriesTime: string | null;
  readonly acquisitionDate: string | null;
  readonly acquisitionTime: string | null;
  readonly radiopharmaceuticalStartTime: string | null;
  readonly radiopharmaceuticalStartDateTime: string | null;
  readonly totalDoseBq: number | null;
  readonly halfLifeSeconds: number | null;
  readonly weightKg: number | null;
  readonly heightM: number | null;
  readonly sex: string | null;
}

export type Suv =
  | {
      readonly kind: SuvKind;
      /** SUV = factor · modality value. */
      readonly factor: number;
      readonly unit: 'g/ml' | 'cm2/ml';
      /** The formula with its numbers, fit to be shown. */
      readonly formula: string;
      /** Keywords of the attributes that were used. */
      readonly fields: readonly string[];
    }
  | { readonly kind: SuvKind; readonly refusal: string };

/** Units and SUV Type (PS3.3 C.8.9.1.1.3, C.8.9.1.1.18) of images whose values are SUV of a kind already. */
const ALREADY: Readonly<Record<SuvKind, readonly string[]>> = {
  bw: ['GML BW', 'GML '],
  lbm: ['GML LBMJANMA'],
  bsa: ['CM2ML BSA', 'CM2ML '],
};

/**
 * The factor from modality values (Bq/ml) to SUV, or in a sentence why there is none. Nothing is assumed: a missing or
 * impossible value is a refusal.
 */
export function suvOf(kind: SuvKind, pet: PetAttributes): Suv {
  const refuse = (refusal: string): Suv => ({ kind, refusal });
  if (ALREADY[kind].includes(`${pet.units} ${pet.suvType ?? ''}`)) {
    return {
      ...{ kind, factor: 1, unit: unitOf(kind), fields: ['Units', 'SUVType'] },
      formula: `SUV${kind} as the file has it (Units ${pet.units}, SUV Type ${pet.suvType ?? 'not stated'})`,
    };
  }
  if (pet.units !== 'BQML') {
    return refuse(pet.units === null ? 'Units are not stated.' : `Units are ${pet.units}, not BQML (Bq/ml).`);
  }
  for (const [term, meaning] of [
    ['ATTN', 'attenuation'],
    ['DECY', 'decay'],
  ] as const) {
    if (!pet.correctedImage.includes(term)) return refuse(`The image is not corrected for ${meaning} (${term}).`);
  }
  const { totalDoseBq: dose, halfLifeSeconds: halfLife, weightKg: weight } = pet;
  if (dose === null || !(dose > 0)) return refuse('Radionuclide Total Dose is missing.');
  if (halfLife === null || !(halfLife > 0)) return refuse('Radionuclide Half Life is missing.');
  if (weight === null || !(weight > 0)) return refuse("Patient's Weight is missing.");
  const decay = decayOf(pet);
  if ('refusal' in decay) return refuse(decay.refusal);
  const remaining = dose * 2 ** (-decay.seconds / halfLife);
  const size = sizeOf(kind, weight, pet.heightM, pet.sex);
  if ('refusal' in size) return refuse(size.refusal);
  const decayText =
    decay.seconds === 0
      ? `dose ${dose.toPrecision(5)} Bq`
      : `dose ${dose.toPrecision(5)} Bq · 2^(−${decay.seconds.toFixed(0)} s / ${halfLife} s)`;
  return {
    kind,
    factor: size.value / remaining,
    unit: unitOf(kind),
    formula: `SUV${kind} = activity [Bq/ml] · ${size.text} / (${decayText})`,
    fields: [
      ...['Units', 'CorrectedImage', 'DecayCorrection', 'RadionuclideTotalDose', 'RadionuclideHalfLife'],
      ...decay.fields,
      'PatientWeight',
      ...size.fields,
    ],
  };
}

function unitOf(kind: SuvKind): 'g/ml' | 'cm2/ml' {
  return kind === 'bsa' ? 'cm2/ml' : 'g/ml';
}

/** Seconds from the injection to the moment to which the image is corrected. */
function decayOf(
  pet: PetAttributes,
): { readonly seconds: number; readonly fields: readonly string[] } | { readonly refusal: string } {
  if (pet.decayCorrection === 'ADMIN') return { seconds: 0, fields: [] };
  if (pet.decayCorrection !== 'START') {
    return { refusal: `Decay Correction is ${pet.decayCorrection ?? 'not stated'}, not START or ADMIN.` };
  }
  const series = momentOf(pet.seriesDate, pet.seriesTime);
  const acquisition = momentOf(pet.acquisitionDate, pet.acquisitionTime);
  if (series === null) return { refusal: 'Series Date and Time are missing.' };
  // A series that was made anew later carries a later time; the image is corrected to the beginning of the scan.
  if (acquisition !== null && acquisition < series) {
    return { refusal: 'Series Time is later than Acquisition Time: the time of the scan is not known.' };
  }
  const whole = pet.radiopharmaceuticalStartDateTime;
  const injected =
    whole === null
      ? momentOf(pet.seriesDate, pet.radiopharmaceuticalStartTime)
      : momentOf(whole.slice(0, 8), whole.slice(8).replace(/[+-]\d{4}$/, ''));
  if (injected === null) return { refusal: 'The time of the injection is missing.' };
  let seconds = series - injected;
  // Only a time of day is given: the injection may have been before midnight.
  if (seconds < 0 && whole === null) seconds += 86_400;
  if (seconds < 0 || seconds > 86_400) {
    return { refusal: 'The injection and the scan lie more than a day apart, or in the wrong order.' };
  }
  const start = whole === null ? 'RadiopharmaceuticalStartTime' : 'RadiopharmaceuticalStartDateTime';
  return { seconds, fields: ['SeriesDate', 'SeriesTime', start] };
}

function sizeOf(
  kind: SuvKind,
  weight: number,
  height: number | null,
  sex: string | null,
):
  | { readonly value: number; readonly text: string; readonly fields: readonly string[] }
  | { readonly refusal: string } {
  if (kind === 'bw') return { value: weight * 1000, text: `weight ${weight} kg`, fields: [] };
  if (height === null || !(height > 0.3) || height > 2.8) return { refusal: "Patient's Size (height) is missing." };
  if (kind === 'bsa') {
    // Du Bois and Du Bois, in m², the height in cm.
    const area = 0.007184 * weight ** 0.425 * (height * 100) ** 0.725;
    return { value: area * 10_000, text: `body surface ${area.toFixed(3)} m² (Du Bois)`, fields: ['PatientSize'] };
  }
  if (sex !== 'M' && sex !== 'F') return { refusal: "Patient's Sex is neither M nor F." };
  // Janmahasatian: from the body mass index, steady for heavy patients.
  const index = weight / height ** 2;
  const lean = sex === 'M' ? (9270 * weight) / (6680 + 216 * index) : (9270 * weight) / (8780 + 244 * index);
  return {
    value: lean * 1000,
    text: `lean mass ${lean.toFixed(2)} kg (Janmahasatian, ${sex})`,
    fields: ['PatientSize', 'PatientSex'],
  };
}

/** Seconds since the epoch of a DICOM date and time, both taken as of one place; null when they cannot be read. */
function momentOf(date: string | null, time: string | null): number | null {
  const day = /^(\d{4})\.?(\d{2})\.?(\d{2})/.exec(date?.trim() ?? '');
  const clock = /^(\d{2}):?(\d{2})?:?(\d{2})?(\.\d{1,6})?/.exec(time?.trim() ?? '');
  if (day === null || clock === null) return null;
  const [, year, month, dayOfMonth] = day.map(Number);
  const [, hours, minutes = '0', seconds = '0', fraction = '0'] = clock;
  const midnight = Date.UTC(year ?? 0, (month ?? 1) - 1, dayOfMonth) / 1000;
  return midnight + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(fraction);
}
