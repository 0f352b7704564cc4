import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { streamBlob } from '#server/domain/read-document.ts';
import { findRenderable, type Renderable } from '#server/domain/renderable.ts';
import type { Access, AuditRule } from '#server/http/access.ts';
import { immutable } from '#server/http/immutable.ts';
import { sendChunks } from '#server/http/send-chunks.ts';
import type { Services } from '#server/services.ts';
import { AppError } from '#shared/errors.ts';
import { uidSchema } from '#shared/id-schemas.ts';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { chooseForm, type Form, parseAccept } from './accept.ts';
import { allowedConsultations, DICOMWEB } from './places.ts';
import { answerInstance } from './rendered-answer.ts';
import { formsOfInstance } from './rendered-forms.ts';
import type { Asking } from './rendering-parameters.ts';
import { decimal, invalid, MAX_SIDE, PLAIN, parseAnnotation, parseQuality, windowOf } from './rendering-parameters.ts';

/** WADO-URI (PS3.18 section 9): one instance by its UIDs in the query, rendered or as it is stored. */

const audit: AuditRule = { action: 'dicom.view', coalesceMs: 600_000 };
const bySeriesUid: Access = {
  ...{ kind: 'consultation', action: 'material.read', by: 'series' },
  ...{ param: 'seriesUID', from: 'query-or-header' },
};
const DICOM = 'application/dicom';

const text = (description: string) => z.string().max(1000).optional().describe(description);

const wadoQuery = z.object({
  requestType: z.literal('WADO', 'must be WADO'),
  studyUID: uidSchema<StudyUid>(),
  seriesUID: uidSchema<SeriesUid>(),
  objectUID: uidSchema<SopInstanceUid>(),
  contentType: text('media types in the order of preference; application/dicom for the object itself'),
  charset: text('for text: utf-8 is what there is'),
  transferSyntax: text('with application/dicom: the transfer syntax wanted'),
  anonymize: text('not done here'),
  annotation: text('patient, technique or both'),
  rows: text('most rows of the picture'),
  columns: text('most columns of the picture'),
  region: text('xmin,ymin,xmax,ymax as fractions of the image'),
  windowCenter: text('together with windowWidth'),
  windowWidth: text('together with windowCenter'),
  frameNumber: text('of a multi-frame image, from 1; the middle one unless said'),
  imageQuality: text('1 to 100'),
  presentationUID: text('not done here'),
  presentationSeriesUID: text('not done here'),
});
type Query = z.infer<typeof wadoQuery>;

const RENDERING = [
  ...(['annotation', 'rows', 'columns', 'region', 'windowCenter', 'windowWidth', 'frameNumber'] as const),
  'imageQuality',
] as const;

export function wadoUriRoutes(services: Services): FastifyPluginAsyncZod {
  const needs = services.material.rendering;

  async function answer(request: FastifyRequest, reply: FastifyReply, query: Query): Promise<FastifyReply> {
    refuseWhatIsNotDone(query);
    const place = { studyUid: query.studyUID, seriesUid: query.seriesUID, sopInstanceUid: query.objectUID };
    const instance = await findRenderable(needs, allowedConsultations(request), place);
    // The parameter counts before the header (PS3.18 section 9.1.2.2).
    const accepted = parseAccept(query.contentType ?? request.headers.accept);
    const frameNumbers = query.frameNumber === undefined ? null : [frameNumberOf(query.frameNumber)];
    const stored: Form = { multipart: false, mediaType: DICOM, transferSyntaxUid: instance.transferSyntaxUid };
    const chosen = chooseForm(accepted, [...renderedForms(instance, frameNumbers), stored]);
    if (chosen.mediaType === DICOM) return sendStored(request, reply, instance, query, stored);
    if (query.transferSyntax !== undefined) invalid('transferSyntax', `goes with contentType=${DICOM} alone`);
    if (chosen.mediaType.startsWith('text/')) checkCharset(query.charset, chosen);
    const only = [{ mediaType: chosen.mediaType, partType: null, transferSyntax: null, quality: 1 }];
    return answerInstance({ needs, request, reply, accepted: only, asking: parseQuery(query) }, instance, frameNumbers);
  }

  async function sendStored(
    request: FastifyRequest,
    reply: FastifyReply,
    instance: Renderable,
    query: Query,
    stored: Form,
  ): Promise<FastifyReply> {
    const wrong = RENDERING.find((name) => query[name] !== undefined);
    if (wrong !== undefined) invalid(wrong, `has no meaning with contentType=${DICOM}`);
    const { transferSyntaxUid, sha256, place } = instance;
    if (query.transferSyntax !== undefined && query.transferSyntax !== transferSyntaxUid) {
      throw new AppError('MEDIA_TYPE_UNAVAILABLE', {
        available: `${stored.mediaType}; transfer-syntax=${transferSyntaxUid}`,
      });
    }
    void reply.header('vary', 'accept');
    if (immutable(request, reply, `"${sha256}.s"`)) return reply.send();
    const { sizeBytes, chunks } = await streamBlob(services, sha256, request.signal);
    void reply
      .type(`${DICOM}; transfer-syntax=${transferSyntaxUid}`)
      .header('content-disposition', `attachment; filename="${place.sopInstanceUid}.dcm"`)
      .header('content-length', sizeBytes);
    return sendChunks(request, reply, () => chunks);
  }

  return async (app) => {
    for (const url of [`${DICOMWEB}/wado`, '/wado']) {
      app.get(
        url,
        {
          schema: {
            tags: ['dicomweb'],
            summary: 'One instance by its UIDs, rendered or as it is stored (WADO-URI, PS3.18 section 9)',
            querystring: wadoQuery,
          },
          config: { access: bySeriesUid, audit },
        },
        (request, reply) => answer(request, reply, request.query),
      );
    }
  };
}

function renderedForms(instance: Renderable, frameNumbers: readonly number[] | null): Form[] {
  // An object without a rendered form is still there as it is.
  return instance.kind === 'none' ? [] : formsOfInstance(instance, frameNumbers).filter(({ multipart }) => !multipart);
}

/** Silence would pass for obedience: a picture with a name on it must not answer `anonymize=yes`. */
function refuseWhatIsNotDone({ anonymize, presentationUID, presentationSeriesUID }: Query): void {
  if (anonymize !== undefined && anonymize !== 'no') {
    invalid('anonymize', 'is not done here; ask for the de-identified copy of the consultation');
  }
  const given = presentationUID === undefined ? presentationSeriesUID : presentationUID;
  const name = presentationUID === undefined ? 'presentationSeriesUID' : 'presentationUID';
  if (given !== undefined) invalid(name, 'asks for a presentation state, which is not applied here');
}

function checkCharset(charset: string | undefined, { mediaType }: Form): void {
  const names = (charset ?? 'utf-8').toLowerCase().split(',');
  if (names.some((name) => ['utf-8', '*'].includes(name.replace(/;.*/, '').trim()))) return;
  throw new AppError('MEDIA_TYPE_UNAVAILABLE', { available: `${mediaType}; charset=utf-8` });
}

function frameNumberOf(value: string): number {
  return /^\d{1,7}$/.test(value) ? Number(value) : invalid('frameNumber', 'must be a whole number from 1');
}

function parseQuery(query: Query): Asking {
  return {
    ...PLAIN,
    window: parseWindow(query),
    region: query.region === undefined ? null : parseRegion(query.region),
    box: parseBox(query),
    ...(query.imageQuality === undefined ? {} : { quality: parseQuality(query.imageQuality, 'imageQuality') }),
    ...(query.annotation === undefined ? {} : { annotation: parseAnnotation(query.annotation, 'annotation') }),
  };
}

function parseWindow({ windowCenter, windowWidth }: Query): Asking['window'] {
  if (windowCenter === undefined && windowWidth === undefined) return null;
  if (windowCenter === undefined) invalid('windowCenter', 'goes with windowWidth');
  if (windowWidth === undefined) invalid('windowWidth', 'goes with windowCenter');
  return windowOf(windowCenter, windowWidth, 'LINEAR', 'windowWidth');
}

function parseRegion(value: string): Asking['region'] {
  const wrong = 'must be "xmin,ymin,xmax,ymax" from 0 to 1, each maximum above its minimum';
  const [left = 0, top = 0, right = 0, bottom = 0, ...more] = value
    .split(',')
    .map((part) => decimal(part, 'region', wrong));
  const ordered = left >= 0 && top >= 0 && right <= 1 && bottom <= 1 && left < right && top < bottom;
  if (more.length > 0 || !ordered) invalid('region', wrong);
  return { unit: 'fraction', x: left, y: top, width: right - left, height: bottom - top };
}

/** Either one alone leaves the other side free: the picture keeps its shape. */
function parseBox({ rows, columns }: Query): Asking['box'] {
  if (rows === undefined && columns === undefined) return null;
  const side = (value: string | undefined, name: string) => {
    if (value === undefined) return MAX_SIDE;
    const number = /^\d{1,5}$/.test(value) ? Number(value) : 0;
    return number >= 1 && number <= MAX_SIDE ? number : invalid(name, `must be a whole number from 1 to ${MAX_SIDE}`);
  };
  return { width: side(columns, 'columns'), height: side(rows, 'rows'), enlarge: true };
}
