/** What the process that makes a side pyramid and its parent say to each other. */

import type { ErrorCode, ErrorParams } from '#shared/errors.ts';
import type { SlideLevel } from '#shared/imaging/pyramid.ts';

/** To the worker. */
export type MakerOrder =
  | { readonly kind: 'make'; readonly path: string }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly code: ErrorCode; readonly params: ErrorParams };

/** From the worker: its questions, how far it is, and how it ended. */
export type MakerMessage =
  /** Opens the slide, or another stored object it names; answered with an OpenedObject. */
  | { readonly kind: 'open'; readonly id: number; readonly sha256: string | null }
  /** Answered with the bytes. */
  | {
      readonly kind: 'read';
      readonly id: number;
      readonly object: number;
      readonly offset: number;
      readonly length: number;
    }
  | { readonly kind: 'progress'; readonly share: number }
  /** Null when no level is missing. */
  | { readonly kind: 'made'; readonly levels: readonly SlideLevel[] | null }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly params: ErrorParams }
  | { readonly kind: 'broken'; readonly message: string };

export interface OpenedObject {
  readonly object: number;
  readonly sizeBytes: number;
}
