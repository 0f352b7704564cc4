import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { findRenderable } from '#server/domain/renderable.ts';
import type { AuditRule } from '#server/http/access.ts';
import type { Services } from '#server/services.ts';
import { acceptOf } from './accept.ts';
import {
  bySeries,
  byStudy,
  INSTANCE_PATH,
  instanceParams,
  instancesWithin,
  SERIES_PATH,
  STUDY_PATH,
  seriesParams,
  studyParams,
} from './places.ts';
import { answerInstance, answerMany, answerThumbnail, type RenderedRequest } from './rendered-answer.ts';
import { type Asking, parseRendering, parseThumbnail, renderedQuery, thumbnailQuery } from './rendering-parameters.ts';

const audit: AuditRule = { action: 'dicom.view', coalesceMs: 600_000 };
const MAX_LISTED = 1000;

const framesParams = instanceParams.extend({
  frames: z
    .string()
    .regex(/^\d{1,7}(,\d{1,7})*$/, 'is not a list of frame numbers')
    .refine((list) => list.split(',').length <= MAX_LISTED, `has more than ${MAX_LISTED} frame numbers`),
});

const SEVERAL =
  'Accept says which: multipart/related with one part an instance (the default), or image/jpeg, image/png or ' +
  'image/webp for the one picture that stands for all';

/** Rendered resources and thumbnails (PS3.18 sections 10.4.1.1.3 and 10.4.1.1.4), made in worker processes. */
export function renderedRoutes({ material }: Services): FastifyPluginAsyncZod {
  const needs = material.rendering;
  const asked = (request: FastifyRequest, reply: FastifyReply, asking: Asking): RenderedRequest => {
    return { needs, request, reply, asking, accepted: acceptOf(request) };
  };

  return async (app) => {
    app.get(
      `${STUDY_PATH}/rendered`,
      {
        schema: {
          tags: ['dicomweb'],
          summary: `A study, rendered. ${SEVERAL}`,
          params: studyParams,
          querystring: renderedQuery,
        },
        config: { access: byStudy, audit },
      },
      (request, reply) => answerMany(asked(request, reply, parseRendering(request.query)), request.params),
    );
    app.get(
      `${SERIES_PATH}/rendered`,
      {
        schema: {
          tags: ['dicomweb'],
          summary: `A series, rendered. ${SEVERAL}, or image/gif for all of them as cine`,
          params: seriesParams,
          querystring: renderedQuery,
        },
        config: { access: bySeries, audit },
      },
      (request, reply) => answerMany(asked(request, reply, parseRendering(request.query)), request.params),
    );
    app.get(
      `${INSTANCE_PATH}/rendered`,
      {
        schema: {
          tags: ['dicomweb'],
          summary:
            'An instance, rendered: JPEG (the default), PNG, GIF or WebP of its middle frame; several frames as animated ' +
            'GIF, or as multipart/related with one part each; an SR as HTML or text; a presentation state as its images; a PDF or video as it is stored',
          params: instanceParams,
          querystring: renderedQuery,
        },
        config: { access: bySeries, audit },
      },
      async (request, reply) => {
        const asking = parseRendering(request.query);
        const instance = await findRenderable(needs, instancesWithin(request), request.params);
        return answerInstance(asked(request, reply, asking), instance, null);
      },
    );
    app.get(
      `${INSTANCE_PATH}/frames/:frames/rendered`,
      {
        schema: {
          tags: ['dicomweb'],
          summary: 'Frames, rendered: one as JPEG, PNG, GIF or WebP; "1,2,3" as multipart/related or animated GIF',
          params: framesParams,
          querystring: renderedQuery,
        },
        config: { access: bySeries, audit },
      },
      async (request, reply) => {
        const { frames, ...place } = request.params;
        const asking = parseRendering(request.query);
        const instance = await findRenderable(needs, instancesWithin(request), place);
        return answerInstance(asked(request, reply, asking), instance, frames.split(',').map(Number));
      },
    );

    app.get(
      `${STUDY_PATH}/thumbnail`,
      {
        schema: {
          tags: ['dicomweb'],
          summary: 'A small picture that stands for a study: the middle image of its largest series',
          params: studyParams,
          querystring: thumbnailQuery,
        },
        config: { access: byStudy, audit },
      },
      (request, reply) => answerThumbnail(asked(request, reply, parseThumbnail(request.query)), request.params, null),
    );
    app.get(
      `${SERIES_PATH}/thumbnail`,
      {
        schema: {
          tags: ['dicomweb'],
          summary: 'A small picture of the middle image of a series',
          params: seriesParams,
          querystring: thumbnailQuery,
        },
        config: { access: bySeries, audit },
      },
      (request, reply) => answerThumbnail(asked(request, reply, parseThumbnail(request.query)), request.params, null),
    );
    app.get(
      `${INSTANCE_PATH}/thumbnail`,
      {
        schema: {
          tags: ['dicomweb'],
          summary: 'A small picture of the middle frame of an instance',
          params: instanceParams,
          querystring: thumbnailQuery,
        },
        config: { access: bySeries, audit },
      },
      (request, reply) => answerThumbnail(asked(request, reply, parseThumbnail(request.query)), request.params, null),
    );
    app.get(
      `${INSTANCE_PATH}/frames/:frames/thumbnail`,
      {
        schema: {
          tags: ['dicomweb'],
          summary: 'A small picture of a frame, the first of a list',
          params: framesParams,
          querystring: thumbnailQuery,
        },
        config: { access: bySeries, audit },
      },
      (request, reply) => {
        const { frames, ...place } = request.params;
        const asking = parseThumbnail(request.query);
        return answerThumbnail(asked(request, reply, asking), place, Number(frames.split(',')[0]));
      },
    );
  };
}
