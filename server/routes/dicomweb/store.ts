import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { IncomingObject } from '#server/domain/incoming-object.ts';
import type { Staging } from '#server/domain/ingest-ports.ts';
import { storeInstances } from '#server/domain/store-instances.ts';
import type { Access } from '#server/http/access.ts';
import { principalOf } from '#server/http/access-control.ts';
import { callerGone } from '#server/http/caller-gone.ts';
import type { Services } from '#server/services.ts';
import { consultationIdSchema } from '#shared/consultation/consultation.ts';
import { toNativeXml } from '#shared/dicom/dicom-xml.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId, StudyUid } from '#shared/ids.ts';
import { acceptOf, chooseForm } from './accept.ts';
import { parseMediaType } from './media-type.ts';
import { objectsOfMetadata } from './metadata-parts.ts';
import { isBoundary, type MultipartLimits, type Part, readMultipart } from './multipart-reader.ts';
import { DICOMWEB, STUDY_PATH, serviceBase, studyParams } from './places.ts';
import { bodyOf, passOverRest } from './request-body.ts';
import { type StoreResponse, storeResponse } from './store-response.ts';

/** The same as for an upload by the browser; the number of objects is that of a large study. */
const LIMITS: MultipartLimits = { maxParts: 5000, maxHeaderBytes: 8 * 1024, maxBytes: 20 * 1024 ** 3 };
const ACCEPTED =
  'multipart/related with a boundary and type="application/dicom" or type="application/dicom+json", application/dicom, or application/dicom+json';
const METADATA = 'application/dicom+json';
const ANSWERS = ['application/dicom+json', 'application/dicom+xml'].map((mediaType) => ({
  ...{ multipart: false, mediaType, transferSyntaxUid: null },
}));
/** Header values are printable and short. */
const MAX_WARNING_CHARACTERS = 800;

/** DICOMweb knows no consultations: the client names the one its objects are for. */
const access: Access = {
  ...{ kind: 'consultation', action: 'material.add' },
  ...{ by: 'consultation', param: 'consultation', from: 'query-or-header' },
};
const named = {
  querystring: z.object({
    consultation: consultationIdSchema.optional().describe('The consultation the objects are for'),
  }),
  headers: z.looseObject({
    'x-consultation': consultationIdSchema.optional().describe('The same for clients whose addresses are fixed'),
  }),
};
const about = `Takes ${ACCEPTED}. One of the query parameter and the header must name the consultation. The answer is the
Store Instances Response Module (PS3.18 10.5.3) as application/dicom+json or application/dicom+xml: 200 all stored, 202 some,
409 none; 202 also when an object is stored with a warning. Objects that are stored already count as stored; the same SOP Instance UID with other bytes is refused (0111H).
Metadata in application/dicom+json comes first, then bulk data by Content-Location: application/octet-stream is Explicit VR
Little Endian, and of compressed pixel data each frame is a part of its own. A body that stands still is given up (408).`;

/** STOW-RS (PS3.18 section 10.5): objects go to the disk as they come and join a consultation like any upload. */
export function storeRoutes({ material }: Services): FastifyPluginAsyncZod {
  async function store(request: FastifyRequest, reply: FastifyReply, studyUid: StudyUid | null): Promise<FastifyReply> {
    const consultationId = request.standings[0]?.consultationId as ConsultationId;
    try {
      const answer = chooseForm(acceptOf(request), ANSWERS);
      const target = { consultationId, actor: principalOf(request), subject: 'dicom-web', studyUid };
      const signal = callerGone(reply);
      const objects = objectsOf(request, material.ingest.staging, signal);
      const outcomes = await storeInstances(material.ingest, target, objects, signal);
      return send(reply, storeResponse(outcomes, serviceBase(request)), answer.mediaType);
    } catch (error) {
      await passOverRest(request, reply, error);
      throw error;
    }
  }

  return async (app) => {
    // Nothing here reads the body but the store itself.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));

    app.post(
      `${DICOMWEB}/studies`,
      {
        schema: { tags: ['dicomweb'], summary: 'Store instances (STOW-RS)', description: about, ...named },
        config: { access, audit: null },
      },
      (request, reply) => store(request, reply, null),
    );
    app.post(
      STUDY_PATH,
      {
        schema: {
          ...{ tags: ['dicomweb'], summary: 'Store instances of one study (STOW-RS)', description: about },
          ...{ params: studyParams, ...named },
        },
        config: { access, audit: null },
      },
      (request, reply) => store(request, reply, request.params.studyUid),
    );
  };
}

/** The objects in the body. What a part says it is does not count; its bytes do. */
async function* objectsOf(
  request: FastifyRequest,
  staging: Staging,
  signal: AbortSignal,
): AsyncGenerator<IncomingObject, void> {
  const { name, parameters } = parseMediaType(request.headers['content-type'] ?? '');
  if (Number(request.headers['content-length'] ?? 0) > LIMITS.maxBytes) {
    throw new AppError('BODY_TOO_LARGE', { limitBytes: LIMITS.maxBytes });
  }
  if (name === 'application/dicom') {
    yield bodyOf(request);
    return;
  }
  const address = `${serviceBase(request)}/studies`;
  if (name === METADATA) {
    yield* objectsOfMetadata(onePart(bodyOf(request)), staging, address, signal);
    return;
  }
  const type = parameters.get('type')?.toLowerCase() ?? 'application/dicom';
  if (name !== 'multipart/related' || (type !== 'application/dicom' && type !== METADATA)) {
    throw new AppError('CONTENT_TYPE_UNSUPPORTED', { accepted: ACCEPTED });
  }
  const boundary = parameters.get('boundary') ?? '';
  if (!isBoundary(boundary)) {
    throw new AppError('REQUEST_INVALID', { where: 'Content-Type', reason: 'names no boundary of 1 to 70 characters' });
  }
  const parts = readMultipart(bodyOf(request), boundary, LIMITS);
  if (type === METADATA) yield* objectsOfMetadata(parts, staging, address, signal);
  else for await (const { content } of parts) yield content;
}

/** A body without wrapping, as the only part there is. */
async function* onePart(body: AsyncIterable<Uint8Array>): AsyncGenerator<Part, void> {
  yield { number: 1, headers: new Map(), content: piecesOf(body) };
}

async function* piecesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield* body;
}

function send(reply: FastifyReply, { status, dataset, warning }: StoreResponse, mediaType: string): FastifyReply {
  if (warning !== null) {
    const text = warning.replace(/[^\x20-\x7e]/g, '?').replaceAll('"', "'");
    // PS3.18 table 8.5.3: what went wrong, for people.
    void reply.header('warning', `299 Consilium "${text.slice(0, MAX_WARNING_CHARACTERS)}"`);
  }
  const body = mediaType === 'application/dicom+xml' ? toNativeXml(dataset) : JSON.stringify(dataset);
  return reply.code(status).type(mediaType).send(Buffer.from(body));
}
