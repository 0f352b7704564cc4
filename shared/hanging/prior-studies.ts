/** What tells one patient and one examination from others. Empty where the file says nothing. */
export interface StudyFacts {
  readonly studyUid: string;
  /** DICOM DA, or null. */
  readonly studyDate: string | null;
  readonly patientName: string;
  readonly patientId: string;
  readonly patientIdIssuer: string;
  /** ISO date or DICOM DA, or null. */
  readonly patientBirthDate: string | null;
  readonly modalities: readonly string[];
  /** Body parts and descriptions, for likeness. */
  readonly region: string;
}

const folded = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/**
 * Whether two studies are of one patient: the same Patient ID of the same issuer, else the same name and date of birth.
 * Equal IDs of two named issuers are two patients; a contradicting date of birth always is.
 */
export function isSamePatient(a: StudyFacts, b: StudyFacts): boolean {
  const [bornA, bornB] = [a, b].map(({ patientBirthDate }) => (patientBirthDate ?? '').replaceAll('-', ''));
  if (bornA !== '' && bornB !== '' && bornA !== bornB) return false;
  // De-identified files often say 0000 of everybody.
  const sameId = /[^0\s]/.test(a.patientId) && a.patientId === b.patientId;
  const otherIssuer = a.patientIdIssuer !== '' && b.patientIdIssuer !== '' && a.patientIdIssuer !== b.patientIdIssuer;
  const sameName = folded(a.patientName) !== '' && folded(a.patientName) === folded(b.patientName);
  if (sameId && !otherIssuer) return true;
  return sameName && bornA !== '' && bornA === bornB;
}

/** The studies of the same patient that are older than `current`, those of its modality and region first, then by date. */
export function priorsOf<Study extends StudyFacts>(studies: readonly Study[], current: StudyFacts): Study[] {
  const date = current.studyDate;
  if (date === null) return [];
  const likeness = (study: Study): number => {
    const sameModality = study.modalities.some((modality) => current.modalities.includes(modality));
    return (sameModality ? 2 : 0) + (sharesRegion(study.region, current.region) ? 1 : 0);
  };
  return studies
    .filter(
      (study) =>
        study.studyUid !== current.studyUid &&
        study.studyDate !== null &&
        study.studyDate < date &&
        isSamePatient(study, current),
    )
    .sort((a, b) => likeness(b) - likeness(a) || (b.studyDate ?? '').localeCompare(a.studyDate ?? ''));
}

/** Words that name no region. */
const NO_REGION = new Set(['CT', 'MR', 'PET', 'WITH', 'WITHOUT', 'STUDY', 'ROUTINE', 'THE', 'AND']);

/** Words of which several name one region. */
const ONE_REGION: Readonly<Record<string, string>> = {
  ...{ THORAX: 'CHEST', LUNG: 'CHEST', LUNGS: 'CHEST', BRAIN: 'HEAD', SKULL: 'HEAD', CRANIUM: 'HEAD' },
  ...{ ABDOMENPELVIS: 'ABDOMEN', HEADNECK: 'HEAD', CHESTABDOMEN: 'CHEST', CHESTABDPELVIS: 'CHEST' },
};

function wordsOf(region: string): string[] {
  return folded(region)
    .split(' ')
    .filter((word) => word.length > 2 && !NO_REGION.has(word))
    .map((word) => ONE_REGION[word] ?? word);
}

/** Whether two descriptions of body parts have a region in common. */
export function sharesRegion(a: string, b: string): boolean {
  const words = new Set(wordsOf(a));
  return wordsOf(b).some((word) => words.has(word));
}

/** The newest study; undated ones come last, and the earlier of two of a day stays first. */
export function newestStudy<Study extends Pick<StudyFacts, 'studyDate'>>(studies: readonly Study[]): Study | undefined {
  return [...studies].sort((a, b) => (b.studyDate ?? '').localeCompare(a.studyDate ?? ''))[0];
}
