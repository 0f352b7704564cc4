import * as z from 'zod';
import { targetSchema } from '#shared/annotation/annotation.ts';
import { viewStateSchema } from '#shared/imaging/view-state.ts';

/** Where a reader stands, as it is kept in the address of the page: an image and a view of it. */
export const placeSchema = z.object({ target: targetSchema, view: viewStateSchema });
export type Place = z.infer<typeof placeSchema>;

const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.round(value * 100) / 100 : value;

/** A place as text that fits into an address. It holds identifiers of images and numbers, nothing of the patient. */
export function writePlace(place: Place): string {
  return btoa(JSON.stringify(place, rounded)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The place in an address; null when there is none or somebody changed it. */
export function readPlace(text: string | null): Place | null {
  if (text === null || text.length > 4000) return null;
  try {
    const json: unknown = JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')));
    const parsed = placeSchema.safeParse(json);
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
