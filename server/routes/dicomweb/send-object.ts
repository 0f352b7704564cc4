import type { FastifyReply, FastifyRequest } from 'fastify';
import { closingChunks } from '#server/domain/closing-chunks.ts';
import { openServed } from '#server/domain/outgoing-object.ts';
import type { RetrieveNeeds } from '#server/domain/retrieve-instances.ts';
import { answerRange } from '#server/http/byte-range.ts';
import { immutable } from '#server/http/immutable.ts';
import { sendChunks } from '#server/http/send-chunks.ts';
import { DICOM } from './accept.ts';
import { multipart } from './multipart.ts';
import type { Planned } from './object-forms.ts';

/** Part of the entity tags: another number when the same stored bytes are served otherwise. */
const MAKER = 1;

/**
 * One object in the form that was chosen; as stored and by itself also in ranges.
 * @throws AppError as opening it does (see RetrievableObject)
 */
export async function sendObject(
  needs: RetrieveNeeds,
  request: FastifyRequest,
  reply: FastifyReply,
  { object, form }: Planned,
): Promise<FastifyReply> {
  const { file } = object;
  const { transferSyntaxUid } = form;
  const etag = `"${file.sha256}.${form.multipart ? 'm' : 's'}.${transferSyntaxUid}.${MAKER}"`;
  void reply.header('vary', 'accept');
  if (immutable(request, reply, etag)) return reply.send();
  if (!form.multipart) {
    void reply
      .type(`${DICOM}; transfer-syntax=${transferSyntaxUid}`)
      .header('content-disposition', `attachment; filename="${file.sopInstanceUid}.dcm"`);
    if (transferSyntaxUid === file.transferSyntaxUid) {
      const served = await openServed(needs, file, request.signal);
      try {
        const { offsetBytes, lengthBytes } = answerRange(request, reply, etag, served.sizeBytes);
        void reply.header('content-length', lengthBytes);
        const chunks = closingChunks(served.read(offsetBytes, lengthBytes), () => served.close());
        if (request.method === 'HEAD') await chunks.return();
        return sendChunks(request, reply, () => chunks);
      } catch (error) {
        await served.close();
        throw error;
      }
    }
  }
  const { sizeBytes, chunks } = await object.open(transferSyntaxUid, request.signal);
  const { contentType, partHead, tail } = multipart(DICOM, transferSyntaxUid);
  const around = form.multipart ? partHead.byteLength + tail.byteLength : 0;
  if (form.multipart) void reply.type(contentType);
  if (sizeBytes !== null) void reply.header('content-length', around + sizeBytes);
  if (request.method === 'HEAD') await chunks.return();
  async function* inPart(): AsyncGenerator<Uint8Array, void> {
    yield partHead;
    yield* chunks;
    yield tail;
  }
  return sendChunks(request, reply, () =>
    form.multipart
      ? closingChunks(inPart(), async () => {
          await chunks.return();
        })
      : chunks,
  );
}
