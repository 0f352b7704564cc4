import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { InstanceFrames } from '#server/domain/image-ports.ts';
import { type FramesOfInstance, readFrames } from '#server/domain/read-frames.ts';
import type { AuditRule } from '#server/http/access.ts';
import { BufferPool } from '#server/http/buffer-pool.ts';
import { answerRange } from '#server/http/byte-range.ts';
import { callerGone } from '#server/http/caller-gone.ts';
import { immutable } from '#server/http/immutable.ts';
import type { Services } from '#server/services.ts';
import { acceptOf, type CodedForm, chooseForm, frameForms } from './accept.ts';
import { type Multipart, multipart } from './multipart.ts';
import { bySeries, INSTANCE_PATH, instanceParams, instancesWithin } from './places.ts';

const audit: AuditRule = { action: 'dicom.view', coalesceMs: 600_000 };
/** Part of the tags of transcoded frames: another number when what makes them gives other bytes. */
const MAKER = 1;
/** Frames in one answer; a longer list is asked for in parts. */
const MAX_LISTED = 1000;

const frameParams = instanceParams.extend({
  frames: z
    .string()
    .regex(/^\d{1,7}(,\d{1,7})*$/, 'is not a list of frame numbers')
    .refine((list) => list.split(',').length <= MAX_LISTED, `has more than ${MAX_LISTED} frame numbers`),
});

/**
 * WADO-RS frames (PS3.18 section 10.4.1.1.6): the stored bytes, each frame one ranged read; in another transfer syntax
 * when Accept asks for one.
 */
export function frameRoutes({ material }: Services): FastifyPluginAsyncZod {
  const pool = new BufferPool();

  return async (app) => {
    app.get(
      `${INSTANCE_PATH}/frames/:frames`,
      {
        schema: {
          tags: ['dicomweb'],
          summary: 'Frames counted from 1, "1,2,3" for several; as stored unless Accept asks otherwise (WADO-RS)',
          params: frameParams,
        },
        // Pixels go as stored: packing them anew for every reader costs more than it saves, and hides their length.
        compress: false,
        decompress: false,
        config: { access: bySeries, audit },
      },
      async (request, reply) => {
        const numbers = request.params.frames.split(',').map(Number);
        const found = await readFrames(material.frames, instancesWithin(request), request.params, numbers);
        const sending = chooseForm(acceptOf(request), formsOfFrames(found, numbers.length === 1));
        const form = sending.multipart ? 'm' : 's';
        const made = isStored(found, sending) ? '' : `.${sending.transferSyntaxUid}.${MAKER}`;
        const etag = `"${found.instance.sha256.slice(0, 32)}.${numbers.join('-')}.${form}.${sending.mediaType}${made}"`;
        void reply.header('vary', 'accept');
        const [frameNumber] = numbers;
        if (frameNumber === undefined || numbers.length > 1) return sendMany(reply, found, numbers, sending);
        if (immutable(request, reply, etag)) return reply.send();
        return sendOne(request, reply, found, { ...sending, etag, frameNumber }, pool);
      },
    );
  };
}

/** Worked out once an instance: a stack is read thousands of frames in a row. */
const knownForms = new WeakMap<InstanceFrames, { readonly one: CodedForm[]; readonly many: CodedForm[] }>();

function formsOfFrames({ frames }: FramesOfInstance, single: boolean): readonly CodedForm[] {
  let forms = knownForms.get(frames);
  if (forms === undefined) {
    forms = { one: frameForms(frames, frames.targets, true), many: frameForms(frames, frames.targets, false) };
    knownForms.set(frames, forms);
  }
  return single ? forms.one : forms.many;
}

function isStored({ frames }: FramesOfInstance, { transferSyntaxUid }: CodedForm): boolean {
  return transferSyntaxUid === frames.transferSyntaxUid;
}

/** One frame, in one piece of borrowed memory with all that is sent around it. */
async function sendOne(
  request: FastifyRequest,
  reply: FastifyReply,
  found: FramesOfInstance,
  sending: CodedForm & { readonly etag: string; readonly frameNumber: number },
  pool: BufferPool,
): Promise<FastifyReply> {
  const { frameNumber, mediaType, transferSyntaxUid } = sending;
  const wrapping = sending.multipart ? multipart(mediaType, transferSyntaxUid) : null;
  const before = wrapping?.partHead.byteLength ?? 0;
  const around = before + (wrapping?.tail.byteLength ?? 0);
  const signal = callerGone(reply);
  return pool.fill(reply, async (lend) => {
    let room: Uint8Array | null = null;
    // Read to where it is sent from: half a megabyte is not moved for the sake of a line in front of it.
    const lendInside = (lengthBytes: number): Uint8Array => {
      room = lend(lengthBytes + around);
      return room.subarray(before, before + lengthBytes);
    };
    const bytes = isStored(found, sending)
      ? await found.stored(frameNumber, lendInside, signal)
      : await found.transcoded(frameNumber, transferSyntaxUid, signal);
    if (wrapping === null) {
      // Viewers that show a coarse image first ask for the beginning of the code stream.
      const { offsetBytes, lengthBytes } = answerRange(request, reply, sending.etag, bytes.byteLength);
      return reply
        .type(`${mediaType}; transfer-syntax=${transferSyntaxUid}`)
        .send(bytes.subarray(offsetBytes, offsetBytes + lengthBytes));
    }
    return reply.type(wrapping.contentType).send(wrapped(bytes, wrapping, room ?? lend(bytes.byteLength + around)));
  });
}

/** The frame as a part, in `room` where it may lie already; frames of several pieces lie elsewhere. */
function wrapped(bytes: Uint8Array, { partHead, tail }: Multipart, room: Uint8Array): Uint8Array {
  const length = partHead.byteLength + bytes.byteLength + tail.byteLength;
  const body = room.byteLength === length ? room : Buffer.allocUnsafe(length);
  const start = body.byteOffset + partHead.byteLength;
  if (bytes.buffer !== body.buffer || bytes.byteOffset !== start) body.set(bytes, partHead.byteLength);
  body.set(partHead, 0);
  body.set(tail, partHead.byteLength + bytes.byteLength);
  return body;
}

/** Several frames one after the other, never more than one in memory. */
async function sendMany(
  reply: FastifyReply,
  found: FramesOfInstance,
  numbers: readonly number[],
  sending: CodedForm,
): Promise<FastifyReply> {
  const { mediaType, transferSyntaxUid } = sending;
  const { contentType, partHead, tail } = multipart(mediaType, transferSyntaxUid);
  const signal = callerGone(reply);
  const read = (frameNumber: number) =>
    isStored(found, sending)
      ? found.stored(frameNumber, (lengthBytes) => Buffer.allocUnsafe(lengthBytes), signal)
      : found.transcoded(frameNumber, transferSyntaxUid, signal);
  // What is wrong with the first frame can still be said with a status.
  const first = await read(numbers[0] ?? 1);
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (const [at, frameNumber] of numbers.entries()) {
      yield partHead;
      yield at === 0 ? first : await read(frameNumber);
    }
    yield tail;
  }
  return reply.type(contentType).send(Readable.from(parts(), { objectMode: false }));
}
