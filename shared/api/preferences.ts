import * as z from 'zod';
import { hangingProtocolSchema } from '#shared/hanging/hanging-protocol.ts';
import { keptLayoutSchema } from '#shared/hanging/kept-layout.ts';
import { cornerTextsSchema } from '#shared/imaging/corner-texts.ts';

/** GET, PUT: what the caller likes, kept for every computer he works at. */
export const preferencesPath = '/api/preferences';

/** One key as `KeyboardEvent.key` names it, letters in upper case. */
const keySchema = z.string().min(1).max(16);

/** What was never chosen is absent, and the page then takes what it comes with. */
export const preferencesSchema = z.object({
  /** In the order in which they are tried. */
  hangingProtocols: z.array(hangingProtocolSchema).max(60).optional(),
  /** Keys by the action they stand for, where they differ from what the page comes with; null takes the key away. */
  shortcuts: z.record(z.string().max(64), keySchema.nullable()).optional(),
  cornerTexts: cornerTextsSchema.optional(),
  /** By consultation. */
  layouts: z.record(z.string().max(64), keptLayoutSchema).optional(),
});
export type Preferences = z.infer<typeof preferencesSchema>;

/** GET and PUT answer. `revision` grows with each change by anybody signed in as this user. */
export const storedPreferencesSchema = z.object({ revision: z.int(), preferences: preferencesSchema });
export type StoredPreferences = z.infer<typeof storedPreferencesSchema>;

/**
 * PUT: only what changed; null takes it back to what the page comes with. Each preference and each layout is a value of
 * its own, and the last one written holds.
 */
export const changePreferencesSchema = z.object({
  hangingProtocols: preferencesSchema.shape.hangingProtocols.unwrap().nullable().optional(),
  shortcuts: preferencesSchema.shape.shortcuts.unwrap().nullable().optional(),
  cornerTexts: cornerTextsSchema.nullable().optional(),
  layouts: z.record(z.string().max(64), keptLayoutSchema.nullable()).optional(),
});
export type ChangePreferences = z.infer<typeof changePreferencesSchema>;

/** The preferences after a change. Pure. */
export function changedPreferences(before: Preferences, { layouts, ...changes }: ChangePreferences): Preferences {
  const kept = Object.entries({ ...before.layouts, ...layouts }).filter(([, layout]) => layout !== null);
  const next = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null && value !== undefined);
  return preferencesSchema.parse({ ...Object.fromEntries(next), layouts: Object.fromEntries(kept) });
}

/** Two changes as one, the later on top. */
export function mergedChanges(first: ChangePreferences, later: ChangePreferences): ChangePreferences {
  const layouts = first.layouts || later.layouts ? { layouts: { ...first.layouts, ...later.layouts } } : {};
  return { ...first, ...later, ...layouts };
}
