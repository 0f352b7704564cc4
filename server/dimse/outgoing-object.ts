import type { InstanceFile } from '#server/domain/material-ports.ts';
import type { ConsultationId } from '#shared/ids.ts';

/** A stored object that a caller may have. */
export interface OutgoingObject extends InstanceFile {
  readonly sopClassUid: string;
  /** Those that hold it and that the caller may read; at least one. */
  readonly consultationIds: readonly ConsultationId[];
}
