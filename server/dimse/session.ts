import type { DimseCaller } from '#server/domain/dimse-peers.ts';
import type { IngestNeeds } from '#server/domain/ingest-upload.ts';
import type { BlobStore, Database } from '#server/domain/ports.ts';
import type { Log } from '#server/log.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import type { Association, Message } from './association.ts';
import { type Command, RESPONSE } from './command-set.ts';
import { encodeIdentifier } from './identifier.ts';
import type { OutgoingObject } from './outgoing-object.ts';
import { commentOf } from './status.ts';

/**
 * The object as a Part 10 file in one of the transfer syntaxes the receiver accepts, without loss; null when it can be
 * made in none of them.
 */
export type ConvertObject = (
  object: OutgoingObject,
  accepted: readonly string[],
  signal: AbortSignal,
) => Promise<{ readonly transferSyntaxUid: string; readonly chunks: AsyncIterable<Uint8Array> } | null>;

/** What the services of the listener work with. */
export interface DimseNeeds {
  readonly db: Database;
  readonly blobs: BlobStore;
  readonly ingest: IngestNeeds;
  readonly log: Log;
  /** Null when objects leave as they are stored and not otherwise. */
  readonly convert: ConvertObject | null;
  /** Our own AE title. */
  readonly aeTitle: string;
}

/** One open association with a caller who is known. */
export interface Session {
  readonly association: Association;
  /** As it was when the current request came. */
  readonly caller: DimseCaller;
  /** Waits for the answer to a C-STORE of ours. */
  storeResponse(messageId: number, signal: AbortSignal): Promise<Command>;
}

/** Members of a response beyond those every response has. */
type Answer = Omit<Command, 'field' | 'hasData' | 'respondedTo' | 'comment'> & {
  readonly status: number;
  readonly comment?: string;
};

/** Sends a response to `request`, with an identifier when there is one (PS3.7 section 9.1). */
export async function respond(
  { association }: Pick<Session, 'association'>,
  request: Message,
  answer: Answer,
  identifier: DicomJsonDataset | null = null,
): Promise<void> {
  const { context, command } = request;
  const { comment, ...members } = answer;
  const response: Command = {
    field: command.field | RESPONSE,
    ...(command.messageId === undefined ? {} : { respondedTo: command.messageId }),
    ...(command.affectedSopClass === undefined ? {} : { affectedSopClass: command.affectedSopClass }),
    hasData: identifier !== null,
    ...members,
    ...(comment === undefined ? {} : { comment: commentOf(comment) }),
  };
  const bytes = identifier === null ? null : encodeIdentifier(identifier, context.transferSyntaxUid);
  await association.send(context, response, bytes === null ? null : once(bytes));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
