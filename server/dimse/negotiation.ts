import { EXPLICIT_LITTLE_ENDIAN, findTransferSyntax, IMPLICIT_LITTLE_ENDIAN } from '#shared/dicom/transfer-syntax.ts';
import {
  APPLICATION_CONTEXT,
  decodeAssociate,
  decodeItems,
  decodeUserInformation,
  encodeAssociate,
  encodeItem,
  encodeUserInformation,
  ITEM,
  type Roles,
  uidItem,
  uidOf,
} from './associate-items.ts';
import { encodePdu, MAX_RECEIVED_PDU_BYTES, PDU } from './pdu.ts';
import { ProtocolError } from './protocol-error.ts';

/** What both sides agree on when an association is opened by a peer (PS3.8 section 7.1, PS3.7 annex D). */

export const SOP_CLASS = {
  verification: '1.2.840.10008.1.1',
  patientRootFind: '1.2.840.10008.5.1.4.1.2.1.1',
  patientRootMove: '1.2.840.10008.5.1.4.1.2.1.2',
  patientRootGet: '1.2.840.10008.5.1.4.1.2.1.3',
  studyRootFind: '1.2.840.10008.5.1.4.1.2.2.1',
  studyRootMove: '1.2.840.10008.5.1.4.1.2.2.2',
  studyRootGet: '1.2.840.10008.5.1.4.1.2.2.3',
} as const;

const SERVICES: ReadonlySet<string> = new Set(Object.values(SOP_CLASS));
const STORAGE = '1.2.840.10008.5.1.4.1.1.';
const STANDARD = '1.2.840.10008.';
/** Identifiers of queries are small and ours: two forms are enough (PS3.5 section 10.1). */
const IDENTIFIER_SYNTAXES: ReadonlySet<string> = new Set([EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN]);

export interface ProposedContext {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

export interface AssociationProposal {
  readonly version: number;
  readonly applicationContext: string;
  readonly calledAeTitle: string;
  readonly callingAeTitle: string;
  readonly contexts: readonly ProposedContext[];
  /** 0 when the peer takes any length. */
  readonly maxPduBytes: number;
  readonly roles: readonly Roles[];
}

/** A context both sides use; its transfer syntax holds for every message in it. */
export interface PresentationContext {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntaxUid: string;
  /** The peer may invoke the service: it stores to us, it queries. */
  readonly peerInvokes: boolean;
  /** We may invoke it: C-STORE to the peer, during its C-GET. */
  readonly weInvoke: boolean;
}

/** @throws ProtocolError */
export function decodeProposal(body: Buffer): AssociationProposal {
  const { items, ...fixed } = decodeAssociate(body);
  const userInformation = items.find(({ type }) => type === ITEM.userInformation);
  const contexts = items.filter(({ type }) => type === ITEM.proposedContext).map(({ value }) => decodeContext(value));
  if (new Set(contexts.map(({ id }) => id)).size !== contexts.length) {
    throw new ProtocolError('two presentation contexts of one number');
  }
  const applicationContext = items.find(({ type }) => type === ITEM.applicationContext);
  return {
    ...fixed,
    ...{ contexts, applicationContext: applicationContext === undefined ? '' : uidOf(applicationContext.value) },
    ...(userInformation === undefined ? { maxPduBytes: 0, roles: [] } : decodeUserInformation(userInformation.value)),
  };
}

function decodeContext(value: Buffer): ProposedContext {
  if (value.byteLength < 4) throw new ProtocolError('a presentation context item that is too short');
  const id = value.readUInt8(0);
  if (id % 2 === 0) throw new ProtocolError('a presentation context with an even number');
  const items = decodeItems(value.subarray(4));
  const abstract = items.find(({ type }) => type === ITEM.abstractSyntax);
  return {
    id,
    abstractSyntax: abstract === undefined ? '' : uidOf(abstract.value),
    transferSyntaxes: items.filter(({ type }) => type === ITEM.transferSyntax).map(({ value: uid }) => uidOf(uid)),
  };
}

export function encodeProposal(
  proposal: Pick<AssociationProposal, 'calledAeTitle' | 'callingAeTitle' | 'contexts' | 'roles'>,
): Buffer {
  const contexts = proposal.contexts.map(({ id, abstractSyntax, transferSyntaxes }) =>
    encodeItem(
      ITEM.proposedContext,
      Buffer.of(id, 0, 0, 0),
      uidItem(ITEM.abstractSyntax, abstractSyntax),
      ...transferSyntaxes.map((uid) => uidItem(ITEM.transferSyntax, uid)),
    ),
  );
  const body = encodeAssociate(proposal.calledAeTitle, proposal.callingAeTitle, [
    uidItem(ITEM.applicationContext, APPLICATION_CONTEXT),
    ...contexts,
    encodeUserInformation(MAX_RECEIVED_PDU_BYTES, proposal.roles),
  ]);
  return encodePdu(PDU.associateRequest, body);
}

/** Storage of everything: the standard's own classes, those it will have, and private ones. */
export function isStorageClass(uid: string): boolean {
  return uid.startsWith(STORAGE) || (!uid.startsWith(STANDARD) && /^[0-2](\.\d+)+$/.test(uid));
}

/** How often each transfer syntax is stored, by SOP Class, in what the caller may read. */
export type StoredSyntaxes = ReadonlyMap<string, readonly string[]>;

export interface Agreement {
  readonly contexts: readonly PresentationContext[];
  /** In the order of the proposal: 0 accepted, 3 and 4 as in PS3.8 table 9-18. */
  readonly results: readonly { readonly id: number; readonly result: 0 | 3 | 4; readonly transferSyntaxUid: string }[];
  readonly roles: readonly Roles[];
}

/**
 * Accepts every context of a service we have, with the first proposed transfer syntax we take. Where the peer also
 * wants to receive objects, the syntax they are stored in goes first: they leave as they came.
 */
export function negotiate(proposal: AssociationProposal, stored: StoredSyntaxes): Agreement {
  const roles = new Map(proposal.roles.map((role) => [role.sopClassUid, role]));
  const contexts: PresentationContext[] = [];
  const results = proposal.contexts.map(({ id, abstractSyntax, transferSyntaxes }) => {
    const refused = (result: 3 | 4) => ({ id, result, transferSyntaxUid: IMPLICIT_LITTLE_ENDIAN });
    const storage = isStorageClass(abstractSyntax);
    if (!storage && !SERVICES.has(abstractSyntax)) return refused(3);
    const role = roles.get(abstractSyntax);
    const weInvoke = storage && role?.scp === true;
    const taken = (uid: string): boolean =>
      storage ? findTransferSyntax(uid) !== undefined : IDENTIFIER_SYNTAXES.has(uid);
    const preferred = weInvoke ? (stored.get(abstractSyntax) ?? []) : [];
    const transferSyntaxUid = preferred.find((uid) => transferSyntaxes.includes(uid)) ?? transferSyntaxes.find(taken);
    if (transferSyntaxUid === undefined) return refused(4);
    contexts.push({ id, abstractSyntax, transferSyntaxUid, weInvoke, peerInvokes: role?.scu ?? true });
    return { id, result: 0 as const, transferSyntaxUid };
  });
  const answered = new Set(contexts.map(({ abstractSyntax }) => abstractSyntax));
  return {
    contexts,
    results,
    roles: [...roles.values()]
      .filter(({ sopClassUid }) => answered.has(sopClassUid))
      .map((role) => ({ ...role, scp: role.scp && isStorageClass(role.sopClassUid) })),
  };
}

export function encodeAccept(proposal: AssociationProposal, agreement: Agreement): Buffer {
  const contexts = agreement.results.map(({ id, result, transferSyntaxUid }) =>
    encodeItem(ITEM.acceptedContext, Buffer.of(id, 0, result, 0), uidItem(ITEM.transferSyntax, transferSyntaxUid)),
  );
  const body = encodeAssociate(proposal.calledAeTitle, proposal.callingAeTitle, [
    uidItem(ITEM.applicationContext, APPLICATION_CONTEXT),
    ...contexts,
    encodeUserInformation(MAX_RECEIVED_PDU_BYTES, agreement.roles),
  ]);
  return encodePdu(PDU.associateAccept, body);
}

/** What the other side accepted of our proposal. @throws ProtocolError */
export function decodeAccept(
  body: Buffer,
  proposed: readonly ProposedContext[],
): { readonly contexts: PresentationContext[]; readonly maxPduBytes: number } {
  const { items } = decodeAssociate(body);
  const contexts = items
    .filter(({ type, value }) => type === ITEM.acceptedContext && value.byteLength >= 4 && value[2] === 0)
    .flatMap(({ value }): PresentationContext[] => {
      const context = proposed.find(({ id }) => id === value[0]);
      const syntax = decodeItems(value.subarray(4)).find(({ type }) => type === ITEM.transferSyntax);
      const transferSyntaxUid = syntax === undefined ? '' : uidOf(syntax.value);
      if (context === undefined || !context.transferSyntaxes.includes(transferSyntaxUid)) return [];
      const { id, abstractSyntax } = context;
      return [{ id, abstractSyntax, transferSyntaxUid, peerInvokes: false, weInvoke: true }];
    });
  const user = items.find(({ type }) => type === ITEM.userInformation);
  return { contexts, maxPduBytes: user === undefined ? 0 : decodeUserInformation(user.value).maxPduBytes };
}
