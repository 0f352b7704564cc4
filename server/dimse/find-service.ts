import { setImmediate } from 'node:timers/promises';
import { maySearch } from '#server/domain/dimse-peers.ts';
import { AppError } from '#shared/errors.ts';
import type { Message } from './association.ts';
import { decodeIdentifier, type Key } from './identifier.ts';
import { answerOf, readRequest } from './query.ts';
import { findMatches, hasUnsupportedKey } from './search-adapter.ts';
import { type DimseNeeds, respond, type Session } from './session.ts';
import { STATUS } from './status.ts';

/** Matches that one query is answered with; more end it with "out of resources". */
const MAX_MATCHES = 10_000;
/** Responses between two looks at what the peer sends, which may be a C-CANCEL. */
const RESPONSES_AT_ONCE = 16;

/** C-FIND of the Patient Root and Study Root models (PS3.4 section C.4.1), over what the caller may read. */
export async function serveFind(
  needs: DimseNeeds,
  session: Session,
  request: Message,
  identifier: Buffer,
  cancelled: AbortSignal,
): Promise<void> {
  const { principal } = session.caller;
  const fail = (status: number, comment: string) => respond(session, request, { status, comment });
  const audit = (outcome: 'success' | 'refused', detail: Record<string, string | number>) =>
    needs.db.audit.append({
      ...{ actor: principal, action: 'dicom.search', outcome, consultationId: null, subject: null },
      detail: { via: principal.via, ...detail },
    });
  if (!maySearch(session.caller)) {
    await audit('refused', {});
    return fail(STATUS.notAuthorised, 'The account of this peer may not search.');
  }
  const keys = keysOf(identifier, request);
  if (typeof keys === 'string') return fail(STATUS.cannotUnderstand, keys);
  const query = readRequest(keys, request.context.abstractSyntax);
  if (typeof query === 'string') return fail(STATUS.doesNotMatchSopClass, query);

  const found = await findMatches(needs, principal, query, MAX_MATCHES + 1).catch((error: unknown) => {
    if (error instanceof AppError && error.status < 500) return error;
    throw error;
  });
  if (found instanceof AppError) {
    const malformed = found.code === 'REQUEST_INVALID';
    return fail(malformed ? STATUS.doesNotMatchSopClass : STATUS.outOfResources, found.message);
  }
  // The trail says it before anything leaves.
  await audit('success', { level: query.level, matches: Math.min(found.length, MAX_MATCHES) });
  const status = hasUnsupportedKey(query) ? STATUS.pendingWithoutKey : STATUS.pending;
  for (const [index, match] of found.slice(0, MAX_MATCHES).entries()) {
    if (index % RESPONSES_AT_ONCE === 0) await setImmediate();
    if (cancelled.aborted) return respond(session, request, { status: STATUS.cancelled });
    await respond(session, request, { status }, answerOf(match, query, needs.aeTitle));
  }
  if (found.length > MAX_MATCHES) return fail(STATUS.outOfResources, `There are more than ${MAX_MATCHES} matches.`);
  return respond(session, request, { status: STATUS.success });
}

/** The keys of the identifier, or the sentence that says why it has none. */
export function keysOf(identifier: Buffer, { context }: Message): Key[] | string {
  try {
    return decodeIdentifier(identifier, context.transferSyntaxUid);
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}
