import type { AppError } from '#shared/errors.ts';
import type { InstanceFacts } from './material-ports.ts';

/** What names an instance, and the study it belongs to. */
export type InstanceIdentity = Pick<InstanceFacts, 'sopClassUid' | 'sopInstanceUid' | 'seriesUid' | 'studyUid'>;

/** A file made of what the client sent in other forms. */
export interface ComposedObject {
  readonly content: AsyncIterable<Uint8Array>;
  /** True when an attribute had to be changed for it (PS3.4 B.2.3: coercion). */
  readonly coerced: boolean;
}

/** One that could not be made into a file. */
export interface RefusedObject {
  /** Null when it does not say what it is. */
  readonly identity: InstanceIdentity | null;
  readonly refusal: AppError;
}

/** An object on its way in: the bytes of a Part 10 file as they come, or one of the above. */
export type IncomingObject = AsyncIterable<Uint8Array> | ComposedObject | RefusedObject;
