import * as z from 'zod';

/** Which of several images of the same place of a slide is wanted, and how an address says so. */

/** More channels than any microscope separates are an attack. */
export const MOST_CHANNELS = 64;
export const MOST_FOCAL_PLANES = 1024;

export interface ChannelView {
  /** Index in `channels`. */
  readonly index: number;
  /** `#rrggbb` and stored values; null for the channel's default. */
  readonly colour: string | null;
  readonly window: { readonly low: number; readonly high: number } | null;
}

export interface PlaneSelection {
  /** Index in `focalPlanes`; null for the one shown first. */
  readonly focalPlane: number | null;
  /** The channels laid over each other; those that have their own colours stand alone. Empty for the default. */
  readonly channels: readonly ChannelView[];
}

export const planeSelectionSchema = z.object({
  focalPlane: z
    .int()
    .min(0)
    .max(MOST_FOCAL_PLANES - 1)
    .nullable(),
  channels: z
    .array(
      z.object({
        index: z
          .int()
          .min(0)
          .max(MOST_CHANNELS - 1),
        colour: z
          .string()
          .regex(/^#[0-9a-f]{6}$/)
          .nullable(),
        window: z
          .object({ low: z.number(), high: z.number() })
          .refine(({ low, high }) => low < high, 'ends where it starts or before')
          .nullable(),
      }),
    )
    .max(MOST_CHANNELS)
    .readonly(),
});

/** What a slide shows first. */
export const FIRST_PLANES: PlaneSelection = { focalPlane: null, channels: [] };

const NUMBER = String.raw`-?\d{1,12}(?:\.\d{1,6})?`;
const CHANNEL = String.raw`\d{1,4}(?::(?:[0-9a-f]{6})?(?::${NUMBER}:${NUMBER})?)?`;

/**
 * Channels by their number, each with a colour and a window if wanted: `0,2:ff8000,3::10.5:400`. Numbers have no exponent,
 * so that equal numbers are written alike.
 */
export const CHANNELS_PATTERN = new RegExp(`^${CHANNEL}(?:,${CHANNEL})*$`, 'i');

/** The channels of an address, or why they cannot be shown. `text` must be of `CHANNELS_PATTERN`. */
export function parseChannels(text: string): readonly ChannelView[] | { readonly refusal: string } {
  const views = text.split(',').map((one): ChannelView => {
    const [index = '', colour = '', low, high] = one.split(':');
    return {
      index: Number(index),
      colour: colour === '' ? null : `#${colour.toLowerCase()}`,
      window: low === undefined || high === undefined ? null : { low: Number(low), high: Number(high) },
    };
  });
  if (views.length > MOST_CHANNELS) return { refusal: `names more than ${MOST_CHANNELS} channels` };
  if (new Set(views.map(({ index }) => index)).size < views.length) return { refusal: 'names a channel twice' };
  const empty = views.some(({ window }) => window !== null && window.low >= window.high);
  return empty ? { refusal: 'has a window that ends where it starts or before' } : views;
}

/** The query of an address for a selection, empty for the default one; `parseChannels` reads it again. */
export function planeQuery({ focalPlane, channels }: PlaneSelection): string {
  const query: string[] = [];
  if (focalPlane !== null) query.push(`focalPlane=${focalPlane}`);
  if (channels.length > 0) {
    const parts = channels.map(({ index, colour, window }) => {
      const shade = colour === null ? '' : colour.slice(1);
      if (window === null) return shade === '' ? `${index}` : `${index}:${shade}`;
      return `${index}:${shade}:${decimal(window.low)}:${decimal(window.high)}`;
    });
    query.push(`channels=${parts.join(',')}`);
  }
  return query.join('&');
}

/** Micro-units suffice for what is looked at. */
function decimal(value: number): string {
  return String(Number(value.toFixed(6)));
}
