import { AppError } from '#shared/errors.ts';
import type { FrameDirectory } from './frame-directory.ts';
import type { InstanceFile, InstanceScope } from './material-ports.ts';
import { type OutgoingObject, objectSyntaxes, openOutgoing, outgoingAsStored } from './outgoing-object.ts';
import type { Repositories } from './ports.ts';
import type { InstanceReach } from './reach-ports.ts';
import type { TranscodeNeeds } from './transcode-object.ts';

export interface RetrieveNeeds extends TranscodeNeeds {
  readonly db: Pick<Repositories, 'material'>;
  readonly directory: FrameDirectory;
}

/** A stored object that somebody may have. */
export interface RetrievableObject {
  readonly file: InstanceFile;
  /** The transfer syntaxes it can leave in, the stored one first. */
  syntaxes(): Promise<string[]>;
  /** Throws as openOutgoing does. */
  open(transferSyntaxUid: string, signal: AbortSignal): Promise<OutgoingObject>;
}

/** The objects of a study or series that the consultations hold, in order. Throws NOT_FOUND when there is none. */
export async function retrievableObjects(
  needs: RetrieveNeeds,
  reach: InstanceReach,
  scope: InstanceScope,
): Promise<RetrievableObject[]> {
  const files = await needs.db.material.instanceFiles(reach, scope);
  if (files.length === 0) throw new AppError('NOT_FOUND');
  return files.map((file) => {
    const find = () => needs.directory.find(reach, file);
    return {
      file,
      syntaxes: async () => objectSyntaxes(await find()),
      // As stored nothing but the row is needed.
      open: async (uid, signal) =>
        uid === file.transferSyntaxUid
          ? outgoingAsStored(needs, file, signal)
          : openOutgoing(needs, await find(), uid, signal),
    };
  });
}
