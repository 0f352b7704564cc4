/** What was measured of a slide when it came: whether it can be read, and where not. */

import * as z from 'zod';

/** Raised when slides are to be measured anew. */
export const QUALITY_FORM = 1;

export const INKS = ['blue', 'green', 'red', 'black'] as const;
export type Ink = (typeof INKS)[number];

/** A measurement that could not be made says why in a sentence. */
const notMeasured = z.object({ measured: z.literal(false), reason: z.string() });
const rectangle = { x: z.number(), y: z.number(), width: z.number(), height: z.number() };

export const penMarkSchema = z.object({
  ink: z.enum(INKS),
  /** Around the stroke, in level-0 px. */
  ...rectangle,
  /** Of the slide's area, 0 to 1. */
  share: z.number(),
});
export type PenMark = z.infer<typeof penMarkSchema>;

export const tissueSchema = z.discriminatedUnion('measured', [
  z.object({
    measured: z.literal(true),
    /** Of the scanned area, 0 to 1. */
    fraction: z.number(),
    /** Null without a scale. */
    areaMm2: z.number().nullable(),
    /** Laid over the whole slide: bits, row after row without padding, highest first, in Base64. */
    mask: z.object({ width: z.int(), height: z.int(), bits: z.string() }),
  }),
  notMeasured,
]);

export const focusSchema = z.discriminatedUnion('measured', [
  z.object({
    measured: z.literal(true),
    /** Sides of a cell in level-0 px; the last column and row may reach beyond the slide. */
    cellWidth: z.number(),
    cellHeight: z.number(),
    columns: z.int(),
    rows: z.int(),
    /** One byte a cell in Base64: 0 without tissue, else 1 (blurred) to 255 (sharp). */
    scores: z.string(),
    /** µm per px of the pixels that were judged; null without a scale. */
    micrometresPerPixel: z.number().nullable(),
    /** Median of the cells with tissue, 0 to 1. */
    median: z.number(),
    /** Of the cells with tissue, those below BLURRED_BELOW. */
    blurredShare: z.number(),
  }),
  notMeasured,
]);
export type FocusMeasurement = z.infer<typeof focusSchema>;

export const pixelSizeSchema = z.object({
  verdict: z.enum(['plausible', 'implausible', 'disagree', 'unknown']),
  /** Why, in a sentence. */
  sentence: z.string(),
});
export type PixelSizeVerdict = z.infer<typeof pixelSizeSchema>;

export const macroSchema = z.discriminatedUnion('measured', [
  z.object({
    measured: z.literal(true),
    /** Of the tissue seen on the glass, what lies outside the scanned area, 0 to 1. */
    missingFraction: z.number(),
    /** How the scan was found on the glass. */
    registration: z.string(),
  }),
  notMeasured,
]);

export const qualityCardSchema = z.object({
  form: z.int(),
  tissue: tissueSchema,
  focus: focusSchema,
  penMarks: z.discriminatedUnion('measured', [
    z.object({ measured: z.literal(true), share: z.number(), marks: z.array(penMarkSchema) }),
    notMeasured,
  ]),
  pixelSize: pixelSizeSchema,
  macro: macroSchema,
});
export type QualityCard = z.infer<typeof qualityCardSchema>;

/** Cells with a lower score cannot be read at high magnification. */
export const BLURRED_BELOW = 0.3;

export type Severity = 'good' | 'attention' | 'unknown';

/** One line of the card. */
export interface QualityLine {
  readonly what: 'focus' | 'tissue' | 'pen' | 'scale' | 'macro';
  readonly severity: Severity;
  readonly words: string;
}

const MUCH_BLURRED = 0.1;
const MUCH_MISSING = 0.05;
const HARDLY_ANY_TISSUE = 0.001;

const percent = (share: number): string => {
  const value = share * 100;
  return value > 0 && value < 1 ? '<1 %' : `${Math.round(value)} %`;
};

/** The card in words, what needs attention told from what is well. */
export function qualityLines(card: QualityCard): QualityLine[] {
  const { focus, tissue, penMarks, pixelSize, macro } = card;
  return [
    !focus.measured
      ? { what: 'focus', severity: 'unknown', words: `Focus not measured: ${focus.reason}` }
      : focus.blurredShare >= MUCH_BLURRED
        ? { what: 'focus', severity: 'attention', words: `${percent(focus.blurredShare)} of the tissue out of focus` }
        : { what: 'focus', severity: 'good', words: `In focus (${percent(focus.blurredShare)} of the tissue blurred)` },
    !tissue.measured
      ? { what: 'tissue', severity: 'unknown', words: `Tissue not measured: ${tissue.reason}` }
      : tissue.fraction < HARDLY_ANY_TISSUE
        ? { what: 'tissue', severity: 'attention', words: 'Hardly any tissue found' }
        : { what: 'tissue', severity: 'good', words: tissueWords(tissue.fraction, tissue.areaMm2) },
    !penMarks.measured
      ? { what: 'pen', severity: 'unknown', words: `Pen marks not looked for: ${penMarks.reason}` }
      : penMarks.marks.length > 0
        ? { what: 'pen', severity: 'attention', words: penWords(penMarks.marks) }
        : { what: 'pen', severity: 'good', words: 'No pen marks' },
    {
      what: 'scale',
      severity: ({ plausible: 'good', unknown: 'unknown', implausible: 'attention', disagree: 'attention' } as const)[
        pixelSize.verdict
      ],
      words: pixelSize.sentence,
    },
    !macro.measured
      ? { what: 'macro', severity: 'unknown', words: `Not compared with the whole glass: ${macro.reason}` }
      : macro.missingFraction >= MUCH_MISSING
        ? {
            what: 'macro',
            severity: 'attention',
            words: `${percent(macro.missingFraction)} of the tissue on the glass was not scanned`,
          }
        : { what: 'macro', severity: 'good', words: 'All tissue on the glass was scanned' },
  ];
}

function tissueWords(fraction: number, areaMm2: number | null): string {
  const area = areaMm2 === null ? '' : ` (${Number(areaMm2.toPrecision(3))} mm²)`;
  return `Tissue on ${percent(fraction)} of the scan${area}`;
}

function penWords(marks: readonly PenMark[]): string {
  const inks = [...new Set(marks.map(({ ink }) => ink))];
  return `Pen marks: ${inks.join(', ')} (${marks.length === 1 ? '1 stroke' : `${marks.length} strokes`})`;
}
