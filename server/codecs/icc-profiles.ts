import { fileURLToPath } from 'node:url';
import type { IccProfileWish } from '#server/domain/rendering-ports.ts';

/**
 * The colour spaces of PS3.18 section 8.3.5.1.5, as sharp names them or as a file beside this one. The two files are
 * plain matrix profiles (ICC.1) of the published primaries: Adobe RGB (1998), and ROMM RGB of ISO 22028-2.
 */
const PROFILES: Readonly<Record<Exclude<IccProfileWish, 'no' | 'yes'>, string>> = {
  srgb: 'srgb',
  displayp3: 'p3',
  adobergb: fileURLToPath(new URL('./profiles/adobe-rgb.icc', import.meta.url)),
  rommrgb: fileURLToPath(new URL('./profiles/romm-rgb.icc', import.meta.url)),
};

/** What sharp's `withIccProfile` takes. */
export function builtInProfile(wanted: Exclude<IccProfileWish, 'no' | 'yes'>): string {
  return PROFILES[wanted];
}
