import * as z from 'zod';

/**
 * Which lines stand in which corner of a viewport, for each group of modalities. Who the patient is, the letters of the
 * directions and the scale are not among them: they can neither be moved nor hidden.
 */

export const CORNER_LINES = [
  'study-date',
  'study-description',
  'series',
  'slice',
  'position',
  'loaded',
  'probe',
  'window',
  'zoom',
  'fidelity',
] as const;
export type CornerLine = (typeof CORNER_LINES)[number];

export const CORNERS = ['top-left', 'top-right', 'bottom-left', 'bottom-right'] as const;
export type Corner = (typeof CORNERS)[number];

export const MODALITY_GROUPS = ['slices', 'nuclear', 'projections', 'breast', 'ultrasound', 'other'] as const;
export type ModalityGroup = (typeof MODALITY_GROUPS)[number];

const lines = z.array(z.enum(CORNER_LINES)).max(CORNER_LINES.length);

export const cornerLayoutSchema = z
  .object({ 'top-left': lines, 'top-right': lines, 'bottom-left': lines, 'bottom-right': lines })
  .refine(
    (corners) => {
      const all = CORNERS.flatMap((corner) => corners[corner]);
      return new Set(all).size === all.length;
    },
    { message: 'a line stands in one corner only' },
  );
export type CornerLayout = z.infer<typeof cornerLayoutSchema>;

/** What a reader changed; groups that are absent are as they come. */
export const cornerTextsSchema = z.partialRecord(z.enum(MODALITY_GROUPS), cornerLayoutSchema);
export type CornerTexts = z.infer<typeof cornerTextsSchema>;

export const DEFAULT_CORNERS: CornerLayout = {
  'top-left': [],
  'top-right': ['study-date', 'study-description', 'series'],
  'bottom-left': ['probe', 'slice', 'position', 'loaded'],
  'bottom-right': ['window', 'zoom', 'fidelity'],
};

const GROUP_OF: Readonly<Record<string, ModalityGroup>> = {
  ...{ CT: 'slices', MR: 'slices', PT: 'nuclear', NM: 'nuclear', MG: 'breast', US: 'ultrasound', IVUS: 'ultrasound' },
  ...{
    CR: 'projections',
    DX: 'projections',
    RG: 'projections',
    RF: 'projections',
    XA: 'projections',
    IO: 'projections',
  },
  PX: 'projections',
};

export function modalityGroupOf(modality: string): ModalityGroup {
  return GROUP_OF[modality] ?? 'other';
}

/** The lines of each corner for a modality. */
export function cornersFor(texts: CornerTexts | undefined, modality: string): CornerLayout {
  return texts?.[modalityGroupOf(modality)] ?? DEFAULT_CORNERS;
}

/** The same layout with a line in another corner, at its end, or in none. */
export function withLine(layout: CornerLayout, line: CornerLine, corner: Corner | null): CornerLayout {
  const without = (at: Corner) => layout[at].filter((one) => one !== line);
  const next = (at: Corner) => (at === corner ? [...without(at), line] : without(at));
  return {
    'top-left': next('top-left'),
    'top-right': next('top-right'),
    'bottom-left': next('bottom-left'),
    'bottom-right': next('bottom-right'),
  };
}
