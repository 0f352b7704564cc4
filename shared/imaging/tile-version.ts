/**
 * The version in the address of a tile. With the slide's id it says for ever which bytes are meant: in what form tiles
 * are sent, and whether the levels counted are those of the file alone or those with its side pyramid.
 */

/** Raised whenever the bytes made of a stored tile change, for clients keep them for a year. Part of each version. */
export const TILE_FORM = '3';

const FILE_ALONE = '0';
const SIDE_CHARACTERS = 16;

export const TILE_VERSION_PATTERN = /^[0-9a-z]{1,8}-[0-9a-f]{1,16}$/;

/** The version of a slide now; `side` is the hash of its side pyramid, or null without one. */
export function tileVersion(side: string | null): string {
  return `${TILE_FORM}-${side === null ? FILE_ALONE : side.slice(0, SIDE_CHARACTERS)}`;
}

/**
 * What a version of TILE_VERSION_PATTERN asks for: the levels of the file alone, those with the side pyramid `side`, or
 * null when the slide has another one. `isCurrentForm` is false for an address from before the bytes of tiles changed.
 */
export function readTileVersion(
  version: string,
  side: string | null,
): { readonly withSide: boolean; readonly isCurrentForm: boolean } | null {
  const [form, levels] = version.split('-');
  const isCurrentForm = form === TILE_FORM;
  if (levels === FILE_ALONE) return { withSide: false, isCurrentForm };
  if (side === null || levels !== side.slice(0, SIDE_CHARACTERS)) return null;
  return { withSide: true, isCurrentForm };
}
