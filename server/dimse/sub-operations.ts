import { dataSetOf, openDataSet } from '#server/domain/stored-data-set.ts';
import { AppError } from '#shared/errors.ts';
import type { Association } from './association.ts';
import { COMMAND, type Command } from './command-set.ts';
import type { PresentationContext } from './negotiation.ts';
import type { OutgoingObject } from './outgoing-object.ts';
import type { DimseNeeds } from './session.ts';
import { STATUS } from './status.ts';

/** The C-STOREs a C-GET or C-MOVE consists of (PS3.4 sections C.4.2.2 and C.4.3.2). */

/** Sub-operations done and to come; what responses of C-GET and C-MOVE report. */
export interface Progress {
  readonly remaining: number;
  readonly completed: number;
  readonly failed: number;
  readonly warnings: number;
}

export interface Outcome {
  readonly progress: Progress;
  /** SOP Instance UIDs that were not stored, for Failed SOP Instance UID List (0008,0058). */
  readonly failed: readonly string[];
  readonly cancelled: boolean;
}

export interface SubOperations {
  readonly association: Association;
  storeResponse(messageId: number, signal: AbortSignal): Promise<Command>;
  /** Tells the peer that asked, after each object. */
  report(progress: Progress): Promise<void>;
  /** Who asked, when it was by C-MOVE (PS3.7 section 9.1.1.1). */
  readonly originator: { readonly aeTitle: string; readonly messageId: number } | null;
}

/** Sends the objects one after the other: as they are stored where the receiver accepts that, else converted. */
export async function sendObjects(
  needs: Pick<DimseNeeds, 'blobs' | 'log' | 'convert'>,
  objects: readonly OutgoingObject[],
  { association, storeResponse, report, originator }: SubOperations,
  signal: AbortSignal,
  cancelled: AbortSignal,
): Promise<Outcome> {
  const failed: string[] = [];
  let completed = 0;
  let warnings = 0;
  const progress = (): Progress => ({
    ...{ completed, warnings, failed: failed.length },
    remaining: objects.length - completed - warnings - failed.length,
  });
  for (const [index, object] of objects.entries()) {
    if (cancelled.aborted) return { progress: progress(), failed, cancelled: true };
    const status = await sendObject(index + 1, object);
    if (status === STATUS.success) completed += 1;
    else if (status !== null && isWarning(status)) warnings += 1;
    else failed.push(object.sopInstanceUid);
    if (index + 1 < objects.length) await report(progress());
  }
  return { progress: progress(), failed, cancelled: false };

  /** The peer's status; null when the object could not be sent at all. */
  async function sendObject(messageId: number, object: OutgoingObject): Promise<number | null> {
    const { sopClassUid, sopInstanceUid } = object;
    const opened = await open(object).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      needs.log.error({ err: error }, 'a stored object cannot be sent');
      return null;
    });
    if (opened === null) return null;
    const answer = storeResponse(messageId, signal);
    // Awaited below; until then a lost connection must not count as unhandled.
    answer.catch(() => undefined);
    const request: Command = {
      ...{ field: COMMAND.storeRequest, messageId, hasData: true, priority: 0 },
      ...{ affectedSopClass: sopClassUid, affectedSopInstance: sopInstanceUid },
      ...(originator === null
        ? {}
        : { moveOriginator: originator.aeTitle, moveOriginatorMessageId: originator.messageId }),
    };
    await association.send(opened.context, request, opened.data);
    const { status = STATUS.processingFailure } = await answer;
    return status;
  }

  /** The data set and the context to send it in; null when the receiver accepts no form of it. */
  async function open(object: OutgoingObject): Promise<Opened | null> {
    const contexts = [...association.contexts].filter(
      ({ weInvoke, abstractSyntax }) => weInvoke && abstractSyntax === object.sopClassUid,
    );
    const contextFor = (uid: string) => contexts.find(({ transferSyntaxUid }) => transferSyntaxUid === uid);
    const asStored = contextFor(object.transferSyntaxUid);
    if (asStored !== undefined) {
      return { context: asStored, data: (await openDataSet(needs, object.sha256, signal)).chunks() };
    }
    if (needs.convert === null || contexts.length === 0) return null;
    const accepted = contexts.map(({ transferSyntaxUid }) => transferSyntaxUid);
    const converted = await needs.convert(object, accepted, signal);
    const context = converted === null ? undefined : contextFor(converted.transferSyntaxUid);
    if (converted === null || context === undefined) return null;
    return { context, data: dataSetOf(converted.chunks) };
  }
}

interface Opened {
  readonly context: PresentationContext;
  readonly data: AsyncIterable<Uint8Array>;
}

/** PS3.7 section C.4: 0001H and BxxxH are warnings; the object is stored. */
function isWarning(status: number): boolean {
  return status === 0x0001 || (status & 0xf000) === 0xb000;
}
