/**
 * What is shown together in one viewport: a series split as its content demands. PS3.3 C.7.3 lets one series hold
 * localisers, several orientations, cine runs and single projections; a reader scrolls through none of these mixtures.
 */

/** What the rules look at; null where the file says nothing. */
export interface DisplayFacts {
  readonly sopInstanceUid: string;
  readonly modality: string;
  readonly instanceNumber: number | null;
  readonly rows: number;
  readonly columns: number;
  readonly frameCount: number;
  /** Image Type (PS3.3 C.7.6.1.1.2), upper case. */
  readonly imageType: readonly string[];
  /** Image Orientation (Patient), six numbers. */
  readonly orientation: readonly number[] | null;
  readonly frameOfReferenceUid: string | null;
  /** L, R or B. */
  readonly laterality: string | null;
  /** View Position, or the view code in these words: MLO, CC, ML, LM, PA, AP, LATERAL … */
  readonly view: string | null;
  readonly bodyPart: string | null;
  /** How many images the acquisition or the series is said to have. */
  readonly expectedCount: number | null;
}

export type DisplaySetKind = 'stack' | 'localiser' | 'single' | 'multi-frame';

export interface DisplaySet<Instance> {
  /** Names the set within its series; empty when it is the whole series. */
  readonly key: string;
  readonly kind: DisplaySetKind;
  /** What tells it from the others of the series, in words; empty for the whole series. */
  readonly label: string;
  readonly instances: readonly Instance[];
}

/** Each image is a view of its own, taken for itself: projections and photographs. */
const SINGLE_IMAGE_MODALITIES = new Set(['CR', 'DX', 'MG', 'IO', 'PX', 'RG', 'XC', 'ES', 'GM', 'OP', 'SM']);
/** Cosines of directions that count as one: about one degree, since scanners round what they write. */
const SAME_DIRECTION = 0.9998;

/** Splits the instances of one series; sets and instances stay in the order of the input. */
export function splitSeries<Instance extends DisplayFacts>(instances: readonly Instance[]): DisplaySet<Instance>[] {
  const groups: { kind: DisplaySetKind; first: Instance; instances: Instance[] }[] = [];
  for (const instance of instances) {
    const kind = kindOf(instance);
    const group =
      kind === 'single' || kind === 'multi-frame'
        ? undefined
        : groups.find((one) => one.kind === kind && belongsTo(one.first, instance));
    if (group === undefined) groups.push({ kind, first: instance, instances: [instance] });
    else group.instances.push(instance);
  }
  const [only] = groups;
  if (groups.length === 1 && only !== undefined) {
    return [{ key: '', kind: only.kind, label: '', instances: only.instances }];
  }
  const used = new Map<string, number>();
  return groups.map(({ kind, first, instances: members }) => {
    const name = nameOf(kind, first);
    const count = (used.get(name) ?? 0) + 1;
    used.set(name, count);
    const isOwn = kind === 'single' || kind === 'multi-frame';
    const place = name.toLowerCase().replaceAll(' ', '-');
    return {
      key: isOwn ? first.sopInstanceUid : count === 1 ? place : `${place}-${count}`,
      kind,
      label: count === 1 ? name : `${name} ${count}`,
      instances: members,
    };
  });
}

function kindOf({ frameCount, modality, imageType }: DisplayFacts): DisplaySetKind {
  if (frameCount > 1) return 'multi-frame';
  if (SINGLE_IMAGE_MODALITIES.has(modality)) return 'single';
  return imageType.includes('LOCALIZER') ? 'localiser' : 'stack';
}

function belongsTo(first: DisplayFacts, other: DisplayFacts): boolean {
  // Localisers of several directions are looked at together; they are few.
  if (kindOf(first) === 'localiser') return true;
  return (
    first.rows === other.rows &&
    first.columns === other.columns &&
    first.frameOfReferenceUid === other.frameOfReferenceUid &&
    sameOrientation(first.orientation, other.orientation)
  );
}

function sameOrientation(a: readonly number[] | null, b: readonly number[] | null): boolean {
  if (a === null || b === null) return a === b;
  const cosine = (from: number) => [0, 1, 2].reduce((sum, i) => sum + (a[from + i] ?? 0) * (b[from + i] ?? 0), 0);
  return cosine(0) > SAME_DIRECTION && cosine(3) > SAME_DIRECTION;
}

/** The plane in which images lie, by the axis closest to their normal; null without orientation. */
export function anatomicalPlane(orientation: readonly number[] | null): 'axial' | 'coronal' | 'sagittal' | null {
  const [a, b, c, d, e, f] = orientation ?? [];
  if (a === undefined || b === undefined || c === undefined) return null;
  if (d === undefined || e === undefined || f === undefined) return null;
  const normal = [b * f - c * e, c * d - a * f, a * e - b * d].map(Math.abs);
  const largest = Math.max(...normal);
  if (!(largest > 0)) return null;
  return largest === normal[2] ? 'axial' : largest === normal[1] ? 'coronal' : 'sagittal';
}

function nameOf(kind: DisplaySetKind, { orientation, laterality, view, instanceNumber }: DisplayFacts): string {
  if (kind === 'localiser') return 'Localiser';
  if (kind === 'single' || kind === 'multi-frame') {
    const projection = [laterality, view].filter(Boolean).join(' ');
    return projection || `Image ${instanceNumber ?? ''}`.trim();
  }
  const plane = anatomicalPlane(orientation);
  return plane === null ? 'Images' : `${plane[0]?.toUpperCase()}${plane.slice(1)}`;
}

export interface Completeness {
  readonly received: number;
  readonly expected: number;
  /** Where `expected` is known from. */
  readonly source: 'stated' | 'instance-numbers';
  /** Instance numbers that are missing; empty when only the count is known. */
  readonly missing: readonly number[];
}

/**
 * Whether images of a stack are missing, by the gaps in their instance numbers or the count the files state; null when
 * nothing is known to be missing. Numbers that occur twice tell nothing.
 */
export function completenessOf(instances: readonly DisplayFacts[]): Completeness | null {
  const received = instances.length;
  const stated = Math.max(0, ...instances.map(({ expectedCount }) => expectedCount ?? 0));
  if (stated > received) return { received, expected: stated, source: 'stated', missing: gapsIn(instances) ?? [] };
  const missing = gapsIn(instances);
  if (missing === null || missing.length === 0 || stated > 0) return null;
  return { received, expected: received + missing.length, source: 'instance-numbers', missing };
}

/** "5, 9–12 and 3 more": instance numbers that are missing, so many runs of them; empty for none. */
export function missingInWords(missing: readonly number[], mostRuns = 4): string {
  const runs: [first: number, last: number][] = [];
  for (const number of missing) {
    const run = runs.at(-1);
    if (run !== undefined && number === run[1] + 1) run[1] = number;
    else runs.push([number, number]);
  }
  const told = runs.slice(0, mostRuns);
  const rest = runs.slice(mostRuns).reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const words = told.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(', ');
  return rest === 0 ? words : `${words} and ${rest} more`;
}

/** Null when the numbers do not count the images: too few, repeated, or far apart. */
function gapsIn(instances: readonly DisplayFacts[]): number[] | null {
  const numbers = instances.map(({ instanceNumber }) => instanceNumber);
  if (numbers.length < 3 || numbers.some((number) => number === null || !Number.isInteger(number))) return null;
  const present = new Set(numbers as number[]);
  if (present.size !== numbers.length) return null;
  const sorted = [...present].sort((a, b) => a - b);
  const first = sorted[0] ?? 0;
  const last = sorted.at(-1) ?? 0;
  // A choice of every other slice is a choice, not a loss.
  if (last - first + 1 > numbers.length * 1.5) return null;
  const missing: number[] = [];
  for (let number = first; number <= last; number += 1) if (!present.has(number)) missing.push(number);
  return missing;
}
