import * as z from 'zod';

/**
 * How images are laid out for reading when a consultation opens: a protocol as data. It says for which examinations it is
 * (after PS3.4 Annex U, in the words of this product), and what each viewport takes and how it shows it.
 */

const word = z.string().min(1).max(64);

/** Which display sets a viewport may take. What is null or empty is not asked. */
export const setConditionSchema = z.object({
  /** Modality (0008,0060). */
  modalities: z.array(word).max(16),
  /** A part of Body Part Examined (0018,0015) or of the descriptions of series and study, in any case. */
  bodyPart: z.string().max(64),
  /** View Position or the view code in words: MLO, CC, PA, LATERAL … */
  views: z.array(word).max(16),
  /** Image Laterality, else Laterality. */
  laterality: z.enum(['R', 'L', 'B']).nullable(),
  plane: z.enum(['axial', 'coronal', 'sagittal']).nullable(),
  /** A part of the description of the series, in any case. */
  description: z.string().max(64),
});
export type SetCondition = z.infer<typeof setConditionSchema>;

export const viewportRuleSchema = z.object({
  /** Of the study that is read, or of an earlier one of the same patient. */
  study: z.enum(['current', 'prior']),
  condition: setConditionSchema,
  /** Which of the sets that fit, from 0. */
  nth: z.int().min(0).max(63),
  /** In place of `nth`: of the sets that fit, the one most like what viewport number `like` (from 0) shows. */
  like: z.int().min(0).max(63).nullable(),
  /** Name of a window preset; empty is the window of the file. */
  window: z.string().max(64),
  /** `same-scale`: with the others of the protocol that say so, as many millimetres to a pixel of the screen. */
  zoom: z.enum(['fit', 'same-scale', 'actual-size', 'true-size']),
  /** The edge of the viewport at which the image stands; the chest wall, where the image says on which side it is. */
  align: z.enum(['centre', 'left', 'right']),
});
export type ViewportRule = z.infer<typeof viewportRuleSchema>;

export const linkedSchema = z.object({
  scroll: z.boolean(),
  window: z.boolean(),
  place: z.boolean(),
  lines: z.boolean(),
});

export const hangingProtocolSchema = z
  .object({
    /** Stays when the protocol is changed; those that come with the product begin with `built-in.`. */
    id: z.string().min(1).max(64),
    name: z.string().min(1).max(80),
    /** The study that is read must hold one of these modalities; none: any. */
    modalities: z.array(word).max(16),
    /** As in a condition; empty is any. */
    bodyPart: z.string().max(64),
    /** Only when there is an earlier study of the same patient with one of the modalities. */
    needsPrior: z.boolean(),
    /** Chosen by itself only when at least so many viewports find what they want. */
    fewest: z.int().min(1).max(64),
    rows: z.int().min(1).max(8),
    columns: z.int().min(1).max(8),
    /** Row by row. */
    viewports: z.array(viewportRuleSchema).min(1).max(64),
    linked: linkedSchema,
  })
  .refine(({ rows, columns, viewports }) => viewports.length === rows * columns, {
    message: 'there must be one rule for each viewport',
    path: ['viewports'],
  });
export type HangingProtocol = z.infer<typeof hangingProtocolSchema>;

/** Asked of nothing: every display set fits. */
export const ANY_SET: SetCondition = {
  ...{ modalities: [], bodyPart: '', views: [], laterality: null, plane: null, description: '' },
};

export const PLAIN_RULE: ViewportRule = {
  ...{ study: 'current', condition: ANY_SET, nth: 0, like: null, window: '', zoom: 'fit', align: 'centre' },
};
