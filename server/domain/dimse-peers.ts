import { BlockList, isIP } from 'node:net';
import { decide, decideGeneral } from '#shared/consultation/permissions.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId } from '#shared/ids.ts';
import type { DimsePeer } from './dimse-ports.ts';
import type { Clock, Database, Principal, Repositories } from './ports.ts';

/** The allow-list of the DIMSE listener: who may open an association, and with whose rights. */

/** A peer that is calling, and the account behind it as it is now. */
export interface DimseCaller {
  readonly peer: DimsePeer;
  readonly principal: Principal;
}

/**
 * The caller with this AE title at this address; null for everybody else. A title that is unknown, that calls from
 * elsewhere and whose account is gone are alike to whoever calls.
 */
export async function identifyDimseCaller(
  { db }: { readonly db: Pick<Repositories, 'dimse' | 'users'> },
  aeTitle: string,
  address: string,
): Promise<DimseCaller | null> {
  const peer = await db.dimse.findPeer(aeTitle);
  if (peer === null || !isWithin(address, peer.address)) return null;
  const account = await db.users.byId(peer.userId);
  if (account === null) return null;
  const { id, name, role } = account;
  return { peer, principal: { userId: id, name, role, via: 'dimse' } };
}

/** The consultation the caller stores to now. @throws AppError NOT_ALLOWED, also when its consultation takes nothing */
export async function storeTargetOf(
  { db }: { readonly db: Pick<Repositories, 'consultations'> },
  { peer, principal }: DimseCaller,
): Promise<ConsultationId> {
  const { consultationId } = peer;
  if (consultationId === null) throw new AppError('NOT_ALLOWED');
  const standings = await db.consultations.standings(principal.userId, 'consultation', consultationId);
  const allowed = standings.some((standing) => decide('material.add', principal.role, standing) === 'allowed');
  if (!allowed) throw new AppError('NOT_ALLOWED');
  return consultationId;
}

/** True when the caller's role may search and retrieve at all. */
export function maySearch({ principal }: DimseCaller): boolean {
  return decideGeneral('material.search', principal.role) === 'allowed';
}

/**
 * Where a C-MOVE of the caller may send to: a listed peer of the same account, so that nobody has what he may read
 * delivered to somebody who may not. Null otherwise.
 */
export async function moveDestinationOf(
  { db }: { readonly db: Pick<Repositories, 'dimse'> },
  { principal }: DimseCaller,
  aeTitle: string,
): Promise<{ readonly aeTitle: string; readonly host: string; readonly port: number } | null> {
  const peer = await db.dimse.findPeer(aeTitle);
  if (peer === null || peer.destination === null || peer.userId !== principal.userId) return null;
  return { aeTitle: peer.aeTitle, ...peer.destination };
}

/** Puts a peer on the list. @throws AppError REQUEST_INVALID naming the option */
export async function addDimsePeer(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  peer: Omit<DimsePeer, 'createdAt'>,
): Promise<void> {
  const refuse = (where: string, reason: string): never => {
    throw new AppError('REQUEST_INVALID', { where, reason });
  };
  if (!isAeTitle(peer.aeTitle)) refuse('--ae-title', 'must be 1 to 16 printable ASCII characters without backslash');
  if (peer.address !== null && !isAddressRange(peer.address)) refuse('--address', 'is no IP address or CIDR range');
  if (peer.destination !== null && !isPort(peer.destination.port)) refuse('--port', 'must be a number from 1 to 65535');
  await db.transaction(async ({ dimse, consultations, audit }) => {
    if (peer.consultationId !== null && (await consultations.load(peer.consultationId)) === null) {
      refuse('--consultation', 'names none');
    }
    const added = await dimse.addPeer({ ...peer, createdAt: clock.now().toISOString() });
    if (!added) refuse('--ae-title', 'is on the list already');
    await audit.append({
      ...{ actor: null, action: 'dimse-peer.add', outcome: 'success' },
      ...{ consultationId: peer.consultationId, subject: peer.aeTitle, detail: { by: 'operator', acts: peer.userId } },
    });
  });
}

/** Takes a peer off the list; associations that are open end with their next request. @throws AppError NOT_FOUND */
export async function removeDimsePeer({ db }: { readonly db: Database }, aeTitle: string): Promise<void> {
  await db.transaction(async ({ dimse, audit }) => {
    if (!(await dimse.removePeer(aeTitle))) throw new AppError('NOT_FOUND');
    await audit.append({
      ...{ actor: null, action: 'dimse-peer.remove', outcome: 'success' },
      ...{ consultationId: null, subject: aeTitle, detail: { by: 'operator' } },
    });
  });
}

/** AE of PS3.5 table 6.2-1: the default repertoire without backslash and control characters, not only spaces. */
export function isAeTitle(text: string): boolean {
  return /^[\x21-\x5b\x5d-\x7e]([\x20-\x5b\x5d-\x7e]{0,14}[\x21-\x5b\x5d-\x7e])?$/.test(text);
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

function isAddressRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

/** IPv4 addresses may come in their IPv6 form; the list takes either. */
function isWithin(address: string, range: string | null): boolean {
  if (range === null) return true;
  if (!isAddressRange(range) || isIP(address) === 0) return false;
  const [base = '', prefix] = range.split('/');
  const family = (text: string) => (isIP(text) === 4 ? 'ipv4' : 'ipv6');
  const list = new BlockList();
  if (prefix === undefined) list.addAddress(base, family(base));
  else list.addSubnet(base, Number(prefix), family(base));
  return list.check(address, family(address));
}
