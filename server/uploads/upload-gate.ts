import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '#server/domain/ports.ts';
import type { ConsultationId } from '#shared/ids.ts';

/** The resumable upload endpoint. It speaks HTTP itself, since the protocol is in the headers. */
export interface UploadGate {
  /** Answers one request of the tus protocol on behalf of the caller, who has been authorised already. */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    caller: { readonly principal: Principal; readonly consultationId: ConsultationId },
  ): Promise<void>;
  /** Ingests uploads whose last byte arrived but which no outcome tells of. Called at the start. */
  recover(): Promise<number>;
  /** Removes unfinished uploads nobody came back for. */
  removeExpired(): Promise<number>;
}
