import { storeTargetOf } from '#server/domain/dimse-peers.ts';
import type { DicomReader } from '#server/domain/ingest-ports.ts';
import type { IngestNeeds } from '#server/domain/ingest-upload.ts';
import type { InstanceFacts } from '#server/domain/material-ports.ts';
import { storeInstances } from '#server/domain/store-instances.ts';
import { openDataSet } from '#server/domain/stored-data-set.ts';
import { encodeFileMeta } from '#shared/dicom/file-meta.ts';
import { AppError } from '#shared/errors.ts';
import type { SopInstanceUid } from '#shared/ids.ts';
import type { Message } from './association.ts';
import { ConnectionLost, ProtocolError } from './protocol-error.ts';
import { type DimseNeeds, respond, type Session } from './session.ts';
import { STATUS, storeStatus } from './status.ts';

/** What the command says the data set is. */
interface Announced {
  readonly sopClassUid: string;
  readonly sopInstanceUid: SopInstanceUid;
}

/** As for a STOW-RS body. */
const MAX_OBJECT_BYTES = 20 * 1024 ** 3;

/**
 * C-STORE (PS3.4 annex B): the data set goes to the disk as it comes, byte for byte, and joins the consultation of the
 * peer. Success is answered once it is durable, and for an object that is there already.
 */
export async function serveStore(needs: DimseNeeds, session: Session, request: Message, signal: AbortSignal) {
  const { affectedSopInstance, affectedSopClass } = request.command;
  const answer = (status: number, comment?: string) =>
    respond(session, request, {
      ...{ status, ...(comment === undefined ? {} : { comment }) },
      ...(affectedSopInstance === undefined ? {} : { affectedSopInstance }),
    });
  if (!request.context.peerInvokes || affectedSopClass !== request.context.abstractSyntax) {
    return answer(STATUS.sopClassNotSupported, 'The SOP Class is not the one of the presentation context.');
  }
  if (affectedSopInstance === undefined || !/^[0-9.]{1,64}$/.test(affectedSopInstance)) {
    return answer(STATUS.cannotUnderstand, 'The SOP Instance UID is missing or malformed.');
  }
  const announced = {
    sopClassUid: affectedSopClass,
    sopInstanceUid: affectedSopInstance as SopInstanceUid,
  };
  try {
    const consultationId = await storeTargetOf(needs, session.caller).catch(async (error) => {
      await noteRefused(needs, session);
      throw error;
    });
    const { principal } = session.caller;
    const target = { consultationId, actor: principal, subject: 'dimse', studyUid: null };
    const head = await headFor(needs, request, announced, signal);
    const ingest = expecting(needs.ingest, announced);
    const [outcome] = await storeInstances(ingest, target, objects(head, request.data), signal);
    if (outcome === undefined) throw new Error('an object was stored without an outcome');
    const { refusal } = outcome;
    if (refusal === null) return answer(STATUS.success);
    return answer(storeStatus(refusal.code), refusal.sentence);
  } catch (err) {
    if (err instanceof ConnectionLost || err instanceof ProtocolError || signal.aborted) throw err;
    if (err instanceof AppError) return answer(storeStatus(err.code), err.message);
    needs.log.error({ err }, 'storing an object received by C-STORE failed');
    return answer(STATUS.processingFailure);
  }
}

async function noteRefused({ db }: DimseNeeds, { caller: { peer, principal } }: Session): Promise<void> {
  await db.audit.append({
    ...{ actor: principal, action: 'material.add', outcome: 'refused' },
    ...{ consultationId: peer.consultationId, subject: 'dimse', detail: { via: principal.via } },
  });
}

async function* objects(head: Uint8Array, data: AsyncIterable<Uint8Array>): AsyncGenerator<AsyncIterable<Uint8Array>> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield head;
    let sizeBytes = 0;
    for await (const piece of data) {
      sizeBytes += piece.byteLength;
      if (sizeBytes > MAX_OBJECT_BYTES) throw new AppError('BODY_TOO_LARGE', { limitBytes: MAX_OBJECT_BYTES });
      yield piece;
    }
  }
  yield bytes();
}

/** Ingest that refuses an object which is not the one its command announced (status A900H, PS3.4 table B.2-1). */
function expecting(ingest: IngestNeeds, announced: Announced): IngestNeeds {
  const { dicom: reader } = ingest.readers;
  const isAnnounced = ({ sopClassUid, sopInstanceUid }: InstanceFacts): boolean =>
    sopClassUid === announced.sopClassUid && sopInstanceUid === announced.sopInstanceUid;
  const dicom: DicomReader = {
    async read(path, signal) {
      const facts = await reader.read(path, signal);
      if (isAnnounced(facts)) return facts;
      throw new AppError('DICOM_SOP_MISMATCH');
    },
    async readHead(head, signal) {
      const found = await reader.readHead(head, signal);
      return found !== null && isAnnounced(found.facts) ? found : null;
    },
  };
  return { ...ingest, readers: { ...ingest.readers, dicom } };
}

/**
 * The meta information to put in front. An object that is stored already, perhaps by an upload, keeps its own: the same
 * data set is then the same file and no conflict. Nothing of it is shown to the sender.
 */
async function headFor(
  { db, blobs }: DimseNeeds,
  { context }: Message,
  announced: Announced,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { transferSyntaxUid } = context;
  const sha256 = await db.material.hashOfInstance(announced.sopInstanceUid);
  if (sha256 !== null) {
    const dataSet = await openDataSet({ blobs }, sha256, signal);
    await dataSet.close();
    if (dataSet.transferSyntaxUid === transferSyntaxUid) return dataSet.head;
  }
  return encodeFileMeta({ ...announced, transferSyntaxUid });
}
