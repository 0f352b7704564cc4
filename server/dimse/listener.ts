import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { identifyDimseCaller, maySearch } from '#server/domain/dimse-peers.ts';
import { reachOf } from '#server/domain/search-reach.ts';
import { APPLICATION_CONTEXT } from './associate-items.ts';
import { Association, MIN_SENT_PDU_BYTES } from './association.ts';
import { Line } from './line.ts';
import { decodeProposal, encodeAccept, negotiate, type StoredSyntaxes } from './negotiation.ts';
import { encodeAbort, encodeReject, PDU, REJECTION, type Rejection, readPdu } from './pdu.ts';
import { ABORT_REASON, ConnectionLost, ProtocolError } from './protocol-error.ts';
import { serveAssociation } from './serve-association.ts';
import type { DimseNeeds } from './session.ts';

export interface DimseOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM texts; null listens without TLS. With `ca`, callers must present a certificate it has signed. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string | null } | null;
  readonly patience?: Partial<Patience>;
  readonly maxAssociations?: number;
}

interface Patience {
  /** From the connection to the end of the association request: the ARTIM timer of PS3.8 section 9.1.5. */
  readonly requestMs: number;
  readonly pduMs: number;
  readonly idleMs: number;
  /** From an object sent in a C-GET to the answer. */
  readonly responseMs: number;
}

const PATIENCE: Patience = { requestMs: 10_000, pduMs: 30_000, idleMs: 60_000, responseMs: 300_000 };
/** Associations that work at a time, and connections besides them that have not said yet what they want. */
const MAX_ASSOCIATIONS = 32;
const MAX_WAITING = 32;

export interface DimseListener {
  readonly port: number;
  /** Ends every association and waits until its work has come to an end. */
  close(): Promise<void>;
}

/** Listens for DIMSE associations (PS3.8, PS3.7). No message of a peer reaches further than its own association. */
export async function openDimseListener(needs: DimseNeeds, options: DimseOptions): Promise<DimseListener> {
  const patience = { ...PATIENCE, ...options.patience };
  const maxAssociations = options.maxAssociations ?? MAX_ASSOCIATIONS;
  const ending = new AbortController();
  const working = new Set<Promise<void>>();
  let associations = 0;

  /** Agrees on an association, or says why not. */
  async function accept(line: Line, address: string): Promise<[Association, string] | Rejection | null> {
    const pdu = await readPdu(line, () => false, patience.requestMs);
    if (pdu === null) return null;
    if (pdu.type !== PDU.associateRequest) {
      throw new ProtocolError('a PDU before the association', ABORT_REASON.unexpectedPdu);
    }
    const proposal = decodeProposal(pdu.body);
    const { callingAeTitle, maxPduBytes } = proposal;
    if ((proposal.version & 1) === 0) return REJECTION.protocolVersionNotSupported;
    if (proposal.applicationContext !== APPLICATION_CONTEXT) return REJECTION.applicationContextNotSupported;
    if (proposal.calledAeTitle !== needs.aeTitle) return REJECTION.calledAeTitleNotRecognized;
    const caller = await identifyDimseCaller(needs, callingAeTitle, address);
    if (caller === null) return REJECTION.callingAeTitleNotRecognized;
    if (maxPduBytes !== 0 && maxPduBytes < MIN_SENT_PDU_BYTES) return REJECTION.noReasonGiven;
    const receives = proposal.roles.some(({ scp }) => scp) && maySearch(caller);
    const stored: StoredSyntaxes = receives
      ? await needs.db.dimse.storedSyntaxes(reachOf(caller.principal))
      : new Map();
    const agreement = negotiate(proposal, stored);
    await line.write(encodeAccept(proposal, agreement));
    return [new Association(line, agreement.contexts, maxPduBytes), callingAeTitle];
  }

  async function serve(socket: Socket): Promise<void> {
    const line = new Line(socket, patience);
    const address = socket.remoteAddress ?? '';
    const cut = (): void => line.destroy('the server is ending');
    ending.signal.addEventListener('abort', cut, { once: true });
    let counted = false;
    try {
      const opened = await accept(line, address);
      if (opened === null) return;
      if (!Array.isArray(opened)) {
        // The title is what anybody may have typed: it stays out of the log.
        needs.log.info({ address, reason: (opened as Rejection).reason }, 'a DIMSE association was rejected');
        return await line.write(encodeReject(opened as Rejection));
      }
      const [association, aeTitle] = opened;
      associations += 1;
      counted = true;
      await serveAssociation(needs, association, { aeTitle, address, responseMs: patience.responseMs }, ending.signal);
    } catch (error) {
      if (error instanceof ProtocolError) {
        needs.log.info({ address, reason: error.message }, 'a DIMSE association was aborted');
        await line.write(encodeAbort(error.reason)).catch(() => undefined);
      } else if (error instanceof ConnectionLost) {
        needs.log.info({ address, reason: error.message }, 'a DIMSE association broke off');
      } else if (!ending.signal.aborted) {
        needs.log.error({ err: error }, 'a DIMSE association failed');
        await line.write(encodeAbort(ABORT_REASON.notSpecified)).catch(() => undefined);
      }
    } finally {
      ending.signal.removeEventListener('abort', cut);
      if (counted) associations -= 1;
      line.end();
    }
  }

  function take(socket: Socket): void {
    if (associations >= maxAssociations || working.size >= maxAssociations + MAX_WAITING) {
      // PS3.8 table 9-21: try again later. Nothing of the request is read.
      socket.on('error', () => undefined);
      socket.end(encodeReject(REJECTION.temporaryCongestion), () => socket.destroy());
      return;
    }
    const work = serve(socket).finally(() => working.delete(work));
    working.add(work);
  }

  const server = createListener(options, take);
  // Connections that TLS has not opened yet are not in our own count.
  server.maxConnections = 2 * (maxAssociations + MAX_WAITING);
  server.listen(options.port, options.host);
  await once(server, 'listening');
  server.on('error', (err) => needs.log.error({ err }, 'the DIMSE listener failed'));
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : options.port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      ending.abort();
      await Promise.all([...working]);
      await closed;
    },
  };
}

function createListener({ tls }: DimseOptions, take: (socket: Socket) => void): Server {
  if (tls === null) return createServer(take);
  const { cert, key, ca } = tls;
  const asked = ca === null ? {} : { ca, requestCert: true, rejectUnauthorized: true };
  const server = createTlsServer({ cert, key, minVersion: 'TLSv1.2', handshakeTimeout: 10_000, ...asked }, take);
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}
