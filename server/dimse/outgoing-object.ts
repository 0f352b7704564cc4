import type { InstanceFile } from '#server/domain/material-ports.ts';
import type { InstanceReach } from '#server/domain/reach-ports.ts';

/** A stored object that a caller may have. */
export interface OutgoingObject extends InstanceFile {
  readonly sopClassUid: string;
  /** Within which the caller may have it. */
  readonly reach: InstanceReach;
}
