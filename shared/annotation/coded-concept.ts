import * as z from 'zod';

/** As DICOM can hold it: Code Value and Coding Scheme Designator are Short Strings, Code Meaning a Long String. */
export const codedConceptSchema = z.object({
  value: z.string().min(1).max(16),
  scheme: z.string().min(1).max(16),
  meaning: z.string().min(1).max(64),
});

/** A term of a coding scheme (PS3.3 section 8.8): value, scheme designator, meaning. */
export interface CodedConcept {
  readonly value: string;
  readonly scheme: string;
  readonly meaning: string;
}

/** The designator of our own terms, where no scheme has one. */
export const OWN_SCHEME = '99CONSILIUM';

/** True for the same term, whatever its meaning is called. */
export function sameConcept(a: CodedConcept | null, b: CodedConcept | null): boolean {
  return a !== null && b !== null && a.value === b.value && a.scheme === b.scheme;
}
