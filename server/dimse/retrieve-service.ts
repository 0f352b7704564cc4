import { type DimseCaller, maySearch, moveDestinationOf } from '#server/domain/dimse-peers.ts';
import type { Message } from './association.ts';
import { COMMAND } from './command-set.ts';
import { keysOf } from './find-service.ts';
import { openMoveAssociation } from './move-association.ts';
import { ConnectionLost, ProtocolError } from './protocol-error.ts';
import { readRequest, TAGS } from './query.ts';
import { planRetrieve, type RetrievePlan } from './retrieve-plan.ts';
import { type DimseNeeds, respond, type Session } from './session.ts';
import { STATUS } from './status.ts';
import { type Outcome, type Progress, type SubOperations, sendObjects } from './sub-operations.ts';

/** C-GET and C-MOVE of the Patient Root and Study Root models (PS3.4 sections C.4.2 and C.4.3). */
export async function serveRetrieve(
  needs: DimseNeeds,
  session: Session,
  request: Message,
  identifier: Buffer,
  signal: AbortSignal,
  cancelled: AbortSignal,
): Promise<void> {
  const { caller } = session;
  const fail = (status: number, comment: string) => respond(session, request, { status, comment });
  if (!maySearch(caller)) {
    await note(needs, caller, 'refused', null, null);
    return fail(STATUS.notAuthorised, 'The account of this peer may not retrieve.');
  }
  const keys = keysOf(identifier, request);
  if (typeof keys === 'string') return fail(STATUS.cannotUnderstand, keys);
  const query = readRequest(keys, request.context.abstractSyntax);
  if (typeof query === 'string') return fail(STATUS.doesNotMatchSopClass, query);
  if (query.wanted.length === 0) return fail(STATUS.doesNotMatchSopClass, 'The unique key of the level has no value.');

  const isMove = request.command.field === COMMAND.moveRequest;
  const destination = isMove ? await moveDestinationOf(needs, caller, request.command.moveDestination ?? '') : null;
  if (isMove && destination === null) {
    await note(needs, caller, 'refused', null, null);
    return fail(STATUS.moveDestinationUnknown, 'The move destination is not known for this account.');
  }
  const plan = await planRetrieve(needs, caller.principal, query);
  if (typeof plan === 'string') return fail(STATUS.cannotCount, plan);
  // The trail says it before anything leaves.
  for (const { uid, consultationId } of plan.subjects) await note(needs, caller, 'success', uid, consultationId);

  const report = (progress: Progress) => respond(session, request, { status: STATUS.pending, ...progress });
  const send = (over: Omit<SubOperations, 'report'>) =>
    sendObjects(needs, plan.objects, { ...over, report }, signal, cancelled);
  if (destination === null) {
    const { association, storeResponse } = session;
    return finish(session, request, await send({ association, storeResponse, originator: null }));
  }
  if (plan.objects.length === 0) return finish(session, request, NOTHING);
  const originator = { aeTitle: caller.peer.aeTitle, messageId: request.command.messageId ?? 0 };
  return finish(session, request, await move(needs, plan, destination, { originator, send }, signal));
}

const NOTHING: Outcome = {
  ...{ progress: { remaining: 0, completed: 0, failed: 0, warnings: 0 }, failed: [], cancelled: false },
};

/** Opens an association to the destination for the objects; when that fails, all of them have failed. */
async function move(
  needs: DimseNeeds,
  plan: RetrievePlan,
  destination: { readonly aeTitle: string; readonly host: string; readonly port: number },
  operations: {
    readonly originator: SubOperations['originator'];
    readonly send: (over: Omit<SubOperations, 'report'>) => Promise<Outcome>;
  },
  signal: AbortSignal,
): Promise<Outcome> {
  const { originator, send } = operations;
  const opened = await openMoveAssociation(
    ...([needs.aeTitle, destination, plan.objects, needs.convert !== null, signal] as const),
  ).catch((error: unknown) => {
    if (!(error instanceof ConnectionLost || error instanceof ProtocolError)) throw error;
    needs.log.warn({ reason: error.message, peer: destination.aeTitle }, 'a move destination cannot be reached');
    return null;
  });
  if (opened === null) return failedAll(plan);
  const { association, storeResponse } = opened;
  try {
    return await send({ association, storeResponse, originator });
  } catch (error) {
    // The peer that asked may be the one that is gone: then answering it fails and says so.
    if (!(error instanceof ConnectionLost || error instanceof ProtocolError)) throw error;
    needs.log.warn({ reason: error.message, peer: destination.aeTitle }, 'a move ended early');
    return failedAll(plan);
  } finally {
    await opened.release();
  }
}

function failedAll({ objects }: RetrievePlan): Outcome {
  const failed = objects.map(({ sopInstanceUid }) => sopInstanceUid);
  return { progress: { remaining: 0, completed: 0, warnings: 0, failed: failed.length }, failed, cancelled: false };
}

/** The final response (PS3.4 tables C.4-2 and C.4-3); it names the objects that were not stored. */
async function finish(session: Session, request: Message, { progress, failed, cancelled }: Outcome): Promise<void> {
  const { remaining, completed, warnings } = progress;
  const some = completed + warnings > 0;
  const status = cancelled
    ? STATUS.cancelled
    : failed.length === 0 && warnings === 0
      ? STATUS.success
      : some
        ? STATUS.subOperationsFailed
        : STATUS.cannotSend;
  const { remaining: _, ...counts } = progress;
  const identifier = failed.length === 0 ? null : { [TAGS.failedInstances]: { vr: 'UI', Value: failed } };
  await respond(session, request, { status, ...(cancelled ? { remaining } : {}), ...counts }, identifier);
}

async function note(
  { db }: DimseNeeds,
  { principal }: DimseCaller,
  outcome: 'success' | 'refused',
  subject: string | null,
  consultationId: Parameters<typeof db.audit.append>[0]['consultationId'],
): Promise<void> {
  const detail = { via: principal.via };
  await db.audit.append({ actor: principal, action: 'dicom.retrieve', outcome, consultationId, subject, detail });
}
