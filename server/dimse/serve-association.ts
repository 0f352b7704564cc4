import { type DimseCaller, identifyDimseCaller } from '#server/domain/dimse-peers.ts';
import type { Association, Message } from './association.ts';
import { COMMAND, RESPONSE } from './command-set.ts';
import { serveFind } from './find-service.ts';
import { readIdentifier } from './identifier.ts';
import { SOP_CLASS } from './negotiation.ts';
import { ConnectionLost, ProtocolError } from './protocol-error.ts';
import { serveRetrieve } from './retrieve-service.ts';
import { type DimseNeeds, respond, type Session } from './session.ts';
import { STATUS } from './status.ts';
import { StoreResponses } from './store-responses.ts';
import { serveStore } from './store-service.ts';

/** The query and retrieve services and the contexts each may be asked in. */
const QUERIES: ReadonlyMap<number, ReadonlySet<string>> = new Map([
  [COMMAND.findRequest, new Set<string>([SOP_CLASS.patientRootFind, SOP_CLASS.studyRootFind])],
  [COMMAND.getRequest, new Set<string>([SOP_CLASS.patientRootGet, SOP_CLASS.studyRootGet])],
  [COMMAND.moveRequest, new Set<string>([SOP_CLASS.patientRootMove, SOP_CLASS.studyRootMove])],
]);

/** A query or retrieval under way; the association is read on meanwhile for C-CANCEL and answers to C-STORE. */
interface Operation {
  readonly messageId: number | undefined;
  readonly cancel: AbortController;
  readonly done: Promise<void>;
}

/**
 * Answers requests until the peer releases the association. One at a time: no asynchronous operations are negotiated
 * (PS3.7 annex D.3.3.3). Who the caller is and what he may do is asked again for every request.
 * @throws ProtocolError, ConnectionLost, and defects
 */
export async function serveAssociation(
  needs: DimseNeeds,
  association: Association,
  caller: { readonly aeTitle: string; readonly address: string; readonly responseMs: number },
  signal: AbortSignal,
): Promise<void> {
  const responses = new StoreResponses(caller.responseMs);
  const ending = new AbortController();
  const both = AbortSignal.any([signal, ending.signal]);
  let operation: Operation | null = null;
  const settled = async (): Promise<void> => {
    await operation?.done;
    operation = null;
  };

  /** Says that a query or retrieval failed; inside a message nothing can be said any more. */
  async function fail(session: Session, request: Message, error: unknown): Promise<void> {
    if (both.aborted) return;
    if (error instanceof ConnectionLost || error instanceof ProtocolError) return association.abandon();
    needs.log.error({ err: error }, 'a DIMSE query or retrieval failed');
    if (association.insideMessage) return association.abandon();
    await respond(session, request, { status: STATUS.processingFailure }).catch(() => association.abandon());
  }

  async function serveRequest(request: Message): Promise<void> {
    const found: DimseCaller | null = await identifyDimseCaller(needs, caller.aeTitle, caller.address);
    if (found === null) throw new ProtocolError('the peer is no longer on the list');
    const session: Session = { association, caller: found, storeResponse: (id, until) => responses.wait(id, until) };
    const { field, messageId } = request.command;
    const { abstractSyntax } = request.context;
    const otherClass = () => respond(session, request, { status: STATUS.sopClassNotSupported });
    if (messageId === undefined) throw new ProtocolError('a request without a message id');
    if (field === COMMAND.storeRequest) return serveStore(needs, session, request, both);
    if (field === COMMAND.echoRequest) {
      if (abstractSyntax !== SOP_CLASS.verification) return otherClass();
      return respond(session, request, { status: STATUS.success });
    }
    const classes = QUERIES.get(field);
    if (classes === undefined) return respond(session, request, { status: STATUS.unrecognisedOperation });
    if (!classes.has(abstractSyntax)) return otherClass();
    const identifier = await readIdentifier(request.data);
    if (identifier === null) {
      const comment = 'The identifier is larger than is accepted here.';
      return respond(session, request, { status: STATUS.outOfResources, comment });
    }
    const cancel = new AbortController();
    association.busy = true;
    const work =
      field === COMMAND.findRequest
        ? serveFind(needs, session, request, identifier, cancel.signal)
        : serveRetrieve(needs, session, request, identifier, both, cancel.signal);
    const done = work
      .catch((error: unknown) => fail(session, request, error))
      .finally(() => {
        association.busy = false;
      });
    operation = { messageId, cancel, done };
  }

  try {
    for (;;) {
      const message = await association.next();
      if (message === 'release') {
        ending.abort();
        await settled();
        return association.insideMessage ? association.abandon() : await association.answerRelease();
      }
      if (typeof message === 'string') return;
      const { field, respondedTo } = message.command;
      if (field === COMMAND.cancel) {
        const running = operation as Operation | null;
        if (running !== null && running.messageId === respondedTo) running.cancel.abort();
      } else if ((field & RESPONSE) !== 0) {
        responses.take(message.command);
      } else {
        await settled();
        await serveRequest(message);
      }
    }
  } finally {
    ending.abort();
    await (operation as Operation | null)?.done;
  }
}
