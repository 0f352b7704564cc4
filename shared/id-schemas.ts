import * as z from 'zod';

/**
 * Schemas of branded identifiers. The brand is a compile-time mark only, so the cast is from a checked string to
 * a checked string; a plain ZodString inside keeps the JSON Schema (and so OpenAPI) exact.
 */

/** A lower-case UUID, the form of every id we make. */
export function uuidSchema<Id extends string>(): z.ZodType<Id, Id> {
  const schema = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'is not an id');
  return schema as unknown as z.ZodType<Id, Id>;
}

/** A DICOM UID (PS3.5 section 9.1). */
export function uidSchema<Id extends string>(): z.ZodType<Id, Id> {
  const schema = z
    .string()
    .max(64)
    .regex(/^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/, 'is not a UID');
  return schema as unknown as z.ZodType<Id, Id>;
}
