/**
 * What the profile removes although an IOD cannot do without it: the table has X for these in every IOD, and a data
 * set without them would not be valid (PS3.3). Dummies and empty sequences tell nothing of the original.
 */
import { dummyValue } from './dummy-values.ts';
import type { OutputElement } from './output-element.ts';

interface Requirement {
  /** The SOP classes begin so. */
  readonly sopClasses: string;
  readonly elements: readonly OutputElement[];
}

const REQUIREMENTS: readonly Requirement[] = [
  {
    // Presentation States: type 1 in Presentation State Identification (PS3.3 C.11.10).
    sopClasses: '1.2.840.10008.5.1.4.1.1.11.',
    elements: [
      { tag: 0x00700082, vr: 'DA', bytes: dummyValue('DA', 1) },
      { tag: 0x00700083, vr: 'TM', bytes: dummyValue('TM', 1) },
    ],
  },
  {
    // Structured reports and key objects: type 2 in their Document Series (PS3.3 C.17.1, C.17.6.1).
    sopClasses: '1.2.840.10008.5.1.4.1.1.88.',
    elements: [{ tag: 0x00081111, vr: 'SQ', items: [] }],
  },
];

/** The elements and, for those that are missing, what the SOP class requires. */
export function withRequired(elements: readonly OutputElement[], sopClassUid: string): OutputElement[] {
  const present = new Set(elements.map(({ tag }) => tag));
  const missing = REQUIREMENTS.filter(({ sopClasses }) => sopClassUid.startsWith(sopClasses))
    .flatMap((requirement) => requirement.elements)
    .filter(({ tag }) => !present.has(tag));
  return [...elements, ...missing];
}
