import * as z from 'zod';
import { targetSchema } from '#shared/annotation/annotation.ts';
import { viewStateSchema } from '#shared/imaging/view-state.ts';
import { type VolumeView, volumeViewSchema } from '#shared/imaging/volume-view.ts';

/** Where a reader stands, as it is kept in the address of the page: an image and a view of it. */
export const placeSchema = z.object({ target: targetSchema, view: viewStateSchema });
export type Place = z.infer<typeof placeSchema>;

/** Planes through a volume, with the name of what they cut. */
const planesSchema = z.object({ name: z.string(), view: volumeViewSchema });

const LONGEST = 4000;

/** Numbers are kept to `digits` after the point. */
function encoded(value: unknown, digits: number): string {
  const unit = 10 ** digits;
  const rounded = (_key: string, one: unknown) => (typeof one === 'number' ? Math.round(one * unit) / unit : one);
  return btoa(JSON.stringify(value, rounded)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Null when it is none of ours, or somebody changed it. */
function decoded<Value>(schema: z.ZodType<Value>, text: string | null): Value | null {
  if (text === null || text.length > LONGEST) return null;
  try {
    const json: unknown = JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')));
    const parsed = schema.safeParse(json);
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** A place as text that fits into an address. It holds identifiers of images and numbers, nothing of the patient. */
export function writePlace(place: Place): string {
  return encoded(place, 2);
}

/** The place in an address; null when there is none or somebody changed it. */
export function readPlace(text: string | null): Place | null {
  return decoded(placeSchema, text);
}

/** Planes through a volume as text that fits into an address; directions need more digits than places. */
export function writePlanes(name: string, view: VolumeView): string {
  return encoded({ name, view }, 5);
}

/** The planes of an address through the volume of this name; null when there are none. */
export function readPlanes(text: string | null, name: string): VolumeView | null {
  const planes = decoded(planesSchema, text);
  return planes?.name === name ? planes.view : null;
}

/** The search parameters with other planes, or without. */
export function withPlanes(text: string | null): (now: URLSearchParams) => URLSearchParams {
  return (now) => {
    if (text === null) now.delete('planes');
    else now.set('planes', text);
    return now;
  };
}
