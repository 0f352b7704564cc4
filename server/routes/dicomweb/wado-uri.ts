import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { findRenderable, type Renderable } from '#server/domain/renderable.ts';
import { type RetrievableObject, type RetrieveNeeds, retrievableObjects } from '#server/domain/retrieve-instances.ts';
import type { Access, AuditRule } from '#server/http/access.ts';
import type { Services } from '#server/services.ts';
import { EXPLICIT_LITTLE_ENDIAN } from '#shared/dicom/transfer-syntax.ts';
import { AppError } from '#shared/errors.ts';
import { uidSchema } from '#shared/id-schemas.ts';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { type CodedForm, chooseForm, DICOM, type Form, parseAccept } from './accept.ts';
import { DICOMWEB, instancesWithin } from './places.ts';
import { answerInstance } from './rendered-answer.ts';
import { formsOfInstance } from './rendered-forms.ts';
import type { Asking } from './rendering-parameters.ts';
import {
  checkPresented,
  decimal,
  invalid,
  MAX_SIDE,
  PLAIN,
  parseAnnotation,
  parseQuality,
  windowOf,
} from './rendering-parameters.ts';
import { sendObject } from './send-object.ts';

/** WADO-URI (PS3.18 section 9): one instance by its UIDs in the query, rendered or as it is stored. */

const audit: AuditRule = { action: 'dicom.view', coalesceMs: 600_000 };
const bySeriesUid: Access = {
  ...{ kind: 'consultation', action: 'material.read', by: 'series' },
  ...{ param: 'seriesUID', from: 'query-or-header' },
};

const text = (description: string) => z.string().max(1000).optional().describe(description);

const wadoQuery = z.object({
  requestType: z.literal('WADO', 'must be WADO'),
  studyUID: uidSchema<StudyUid>(),
  seriesUID: uidSchema<SeriesUid>(),
  objectUID: uidSchema<SopInstanceUid>(),
  contentType: text('media types in the order of preference; application/dicom for the object itself'),
  charset: text('for text: utf-8 is what there is'),
  transferSyntax: text('with application/dicom: the transfer syntax wanted; Explicit VR Little Endian unless said'),
  anonymize: text('not done here'),
  annotation: text('patient, technique or both'),
  rows: text('most rows of the picture'),
  columns: text('most columns of the picture'),
  region: text('xmin,ymin,xmax,ymax as fractions of the image'),
  windowCenter: text('together with windowWidth'),
  windowWidth: text('together with windowCenter'),
  frameNumber: text('of a multi-frame image, from 1; the middle one unless said'),
  imageQuality: text('1 to 100'),
  presentationUID: uidSchema<SopInstanceUid>()
    .optional()
    .describe('presentation state of the same study to show the image with'),
  presentationSeriesUID: uidSchema<SeriesUid>().optional().describe('its series'),
});
type Query = z.infer<typeof wadoQuery>;

const RENDERING = [
  ...(['annotation', 'rows', 'columns', 'region', 'windowCenter', 'windowWidth', 'frameNumber'] as const),
  ...(['imageQuality', 'presentationUID', 'presentationSeriesUID'] as const),
] as const;

export function wadoUriRoutes(services: Services): FastifyPluginAsyncZod {
  const needs = services.material.rendering;
  const { directory, derived } = services.material.frames;
  const { headers } = services.deidentification;
  const objects: RetrieveNeeds = { db: services.db, blobs: services.blobs, directory, derived, headers };

  async function answer(request: FastifyRequest, reply: FastifyReply, query: Query): Promise<FastifyReply> {
    refuseAnonymizing(query);
    const place = { studyUid: query.studyUID, seriesUid: query.seriesUID, sopInstanceUid: query.objectUID };
    const instance = await findRenderable(needs, instancesWithin(request), place);
    const [object] = await retrievableObjects(objects, instancesWithin(request), place);
    if (object === undefined) throw new AppError('NOT_FOUND');
    // The parameter counts before the header (PS3.18 section 9.1.2.2).
    const accepted = parseAccept(query.contentType ?? request.headers.accept);
    const frameNumbers = query.frameNumber === undefined ? null : [frameNumberOf(query.frameNumber)];
    const asObject = await objectForms(object, query.transferSyntax);
    const chosen = chooseForm<Form>(accepted, [...renderedForms(instance, frameNumbers), ...asObject]);
    const form = asObject.find((one) => one === chosen);
    if (form !== undefined) {
      const wrong = RENDERING.find((name) => query[name] !== undefined);
      if (wrong !== undefined) invalid(wrong, `has no meaning with contentType=${DICOM}`);
      return sendObject(objects, request, reply, { object, form });
    }
    if (query.transferSyntax !== undefined) invalid('transferSyntax', `goes with contentType=${DICOM} alone`);
    if (chosen.mediaType.startsWith('text/')) checkCharset(query.charset, chosen);
    const only = [{ mediaType: chosen.mediaType, partType: null, transferSyntax: null, quality: 1 }];
    const asked = { needs, request, reply, accepted: only, asking: parseQuery(query) };
    const presentation = await findPresentation(request, query, instance, asked.asking);
    if (presentation === null) return answerInstance(asked, instance, frameNumbers);
    return answerInstance({ ...asked, presentation }, instance, frameNumbers ?? namedFrames(presentation, instance));
  }

  /** The presentation state that is asked for, which the caller must see as well as the image. */
  async function findPresentation(
    request: FastifyRequest,
    { studyUID, presentationUID, presentationSeriesUID }: Query,
    instance: Renderable,
    asking: Asking,
  ): Promise<Renderable | null> {
    if (presentationUID === undefined && presentationSeriesUID === undefined) return null;
    if (presentationUID === undefined) invalid('presentationSeriesUID', 'goes with presentationUID');
    if (presentationSeriesUID === undefined) invalid('presentationUID', 'goes with presentationSeriesUID');
    checkPresented(asking, { window: 'windowCenter', region: 'region' });
    if (instance.kind !== 'picture') invalid('presentationUID', 'has no meaning for an object that is no image');
    const place = { studyUid: studyUID, seriesUid: presentationSeriesUID, sopInstanceUid: presentationUID };
    const found = await findRenderable(needs, instancesWithin(request), place);
    if (found.presentation === null) invalid('presentationUID', 'names no presentation state');
    // Refuses what cannot be shown.
    formsOfInstance(found, null);
    const { sopInstanceUid } = instance.place;
    const refers = found.presentation.images.some((image) => image.sopInstanceUid === sopInstanceUid);
    return refers ? found : invalid('presentationUID', 'names a presentation state of other images');
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

/**
 * The object in the transfer syntax that is named, else in Explicit VR Little Endian wherever it can be brought into it
 * (PS3.18 section 8.7.3.5, as the first editions said in words: by default, and never Implicit VR nor Big Endian), else
 * as it is stored.
 * @throws AppError MEDIA_TYPE_UNAVAILABLE with the list
 */
async function objectForms(object: RetrievableObject, wanted: string | undefined): Promise<CodedForm[]> {
  const syntaxes = await object.syntaxes();
  const [first = object.file.transferSyntaxUid] = syntaxes;
  const plain = syntaxes.includes(EXPLICIT_LITTLE_ENDIAN) ? EXPLICIT_LITTLE_ENDIAN : first;
  if (wanted !== undefined && !syntaxes.includes(wanted)) {
    const available = syntaxes.map((uid) => `${DICOM}; transfer-syntax=${uid}`).join(', ');
    throw new AppError('MEDIA_TYPE_UNAVAILABLE', { available });
  }
  const offered = wanted === undefined ? [...new Set([plain, ...syntaxes])] : [wanted];
  return offered.map((transferSyntaxUid) => ({ multipart: false, mediaType: DICOM, transferSyntaxUid }));
}

/** The middle one of the frames a state names of the image; null when it names none. */
function namedFrames({ presentation }: Renderable, { place }: Renderable): readonly number[] | null {
  const image = presentation?.images.find(({ sopInstanceUid }) => sopInstanceUid === place.sopInstanceUid);
  const frames = image?.frames ?? null;
  return frames === null ? null : frames.slice(Math.floor(frames.length / 2)).slice(0, 1);
}

/**
 * Silence would pass for obedience: a picture with a name on it must not answer `anonymize=yes`. The parameter promises
 * the Clean Pixel Data Option (PS3.18 section 9.4), which takes somebody who looks at the pixels.
 */
function refuseAnonymizing({ anonymize }: Query): void {
  if (anonymize === undefined || anonymize === 'no') return;
  invalid('anonymize', 'is not done here; ask for the de-identified copy of the consultation');
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
