/** A round brush, measured across: on the screen, or on the slide where that has a scale. */
export interface Brush {
  readonly size: number;
  readonly unit: 'px' | 'um';
}

export const FIRST_BRUSH: Brush = { size: 40, unit: 'px' };

const LEAST = 2;
const MOST: Readonly<Record<Brush['unit'], number>> = { px: 600, um: 5000 };
const STEP = 1.25;

/** The brush made wider or narrower by steps; whole numbers, held within what makes sense. */
export function steppedBrush({ size, unit }: Brush, steps: number): Brush {
  const wanted = size * STEP ** steps;
  return { size: heldSize(steps > 0 ? Math.ceil(wanted) : Math.floor(wanted), unit), unit };
}

/** A size that was typed, held within what makes sense. */
export function heldSize(size: number, unit: Brush['unit']): number {
  return Math.min(Math.max(Math.round(size), LEAST), MOST[unit]);
}

/** The same brush in the other unit, as wide on the screen now; as it is where there is no scale. */
export function brushIn(unit: Brush['unit'], brush: Brush, micrometresPerScreenPixel: number | null): Brush {
  if (unit === brush.unit || micrometresPerScreenPixel === null) return brush;
  const factor = unit === 'um' ? micrometresPerScreenPixel : 1 / micrometresPerScreenPixel;
  return { size: heldSize(brush.size * factor, unit), unit };
}
