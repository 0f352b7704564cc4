import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { InstanceFrames } from '#server/domain/image-ports.ts';
import { type FramesOfInstance, readFrames } from '#server/domain/read-frames.ts';
import type { AuditRule } from '#server/http/access.ts';
import { BufferPool } from '#server/http/buffer-pool.ts';
import { answerRange } from '#server/http/byte-range.ts';
import { immutable } from '#server/http/immutable.ts';
import type { Services } from '#server/services.ts';
import { acceptOf, type CodedForm, chooseForm, frameForms } from './accept.ts';
import { multipart } from './multipart.ts';
import { allowedConsultations, bySeries, INSTANCE_PATH, instanceParams } from './places.ts';

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
        config: { access: bySeries, audit },
      },
      async (request, reply) => {
        const numbers = request.params.frames.split(',').map(Number);
        const found = await readFrames(material.frames, allowedConsultations(request), request.params, numbers);
        const sending = chooseForm(acceptOf(request), formsOfFrames(found, numbers.length === 1));
        const form = sending.multipart ? 'm' : 's';
        const made = isStored(found, sending) ? '' : `.${sending.transferSyntaxUid}.${MAKER}`;
        const etag = `"${found.instance.sha256.slice(0, 32)}.${numbers.join('-')}.${form}.${sending.mediaType}${made}"`;
        void reply.header('vary', 'accept');
        if (numbers.length === 1 && immutable(request, reply, etag)) return reply.send();
        return numbers.length === 1
          ? sendOne(request, reply, found, { ...sending, etag }, pool)
          : sendMany(request, reply, found, sending);
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

/** One frame in one piece of borrowed memory. */
async function sendOne(
  request: FastifyRequest,
  reply: FastifyReply,
  found: FramesOfInstance,
  sending: CodedForm & { readonly etag: string },
  pool: BufferPool,
): Promise<FastifyReply> {
  const lend = pool.leaseFor(reply);
  const reading = isStored(found, sending)
    ? found.read(lend, request.signal)
    : found.readAs(sending.transferSyntaxUid, request.signal);
  try {
    const { value: bytes } = await reading.next();
    if (bytes === undefined) throw new Error('a frame that was checked gave no bytes');
    const { transferSyntaxUid } = sending;
    if (!sending.multipart) {
      // Viewers that show a coarse image first ask for the beginning of the code stream.
      const { offsetBytes, lengthBytes } = answerRange(request, reply, sending.etag, bytes.byteLength);
      return reply
        .type(`${sending.mediaType}; transfer-syntax=${transferSyntaxUid}`)
        .send(bytes.subarray(offsetBytes, offsetBytes + lengthBytes));
    }
    const { contentType, partHead, tail } = multipart(sending.mediaType, transferSyntaxUid);
    const body = lend(partHead.byteLength + bytes.byteLength + tail.byteLength);
    body.set(partHead, 0);
    body.set(bytes, partHead.byteLength);
    body.set(tail, partHead.byteLength + bytes.byteLength);
    return reply.type(contentType).send(body);
  } finally {
    await reading.return(undefined);
  }
}

/** Several frames one after the other, never more than one in memory. */
async function sendMany(
  request: FastifyRequest,
  reply: FastifyReply,
  found: FramesOfInstance,
  sending: CodedForm,
): Promise<FastifyReply> {
  const { contentType, partHead, tail } = multipart(sending.mediaType, sending.transferSyntaxUid);
  const frames = isStored(found, sending)
    ? found.read((length) => Buffer.allocUnsafe(length), request.signal)
    : found.readAs(sending.transferSyntaxUid, request.signal);
  // What is wrong with the first frame can still be said with a status.
  const first = await frames.next();
  async function* parts(): AsyncGenerator<Uint8Array> {
    try {
      for (let frame = first; frame.done !== true; frame = await frames.next()) {
        yield partHead;
        yield frame.value;
      }
      yield tail;
    } finally {
      await frames.return(undefined);
    }
  }
  return reply.type(contentType).send(Readable.from(parts(), { objectMode: false }));
}
