import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import * as z from 'zod';
import { findAnnotatedImage } from '#server/domain/annotated-image.ts';
import { importAnnotations } from '#server/domain/import-annotations.ts';
import type { Access } from '#server/http/access.ts';
import { principalOf } from '#server/http/access-control.ts';
import type { Services } from '#server/services.ts';
import { sameTarget, slideIdSchema } from '#shared/annotation/annotation.ts';
import { writeGeoJson } from '#shared/annotation/formats/geojson.ts';
import { writeImageScopeXml } from '#shared/annotation/formats/imagescope-xml.ts';
import {
  annotationFilePaths,
  importAnnotationsSchema,
  importedAnnotationsSchema,
  MOST_FILE_CHARACTERS,
} from '#shared/api/annotation-files.ts';
import { failureSchema } from '#shared/api/failure.ts';
import { consultationIdSchema } from '#shared/consultation/consultation.ts';
import type { ConsultationAction } from '#shared/consultation/permissions.ts';
import type { ConsultationId, SlideId } from '#shared/ids.ts';

const params = z.object({ consultationId: consultationIdSchema, slideId: slideIdSchema });
const failures = { '4xx': failureSchema };
/** Characters of a JSON string take up to six bytes. */
const BODY_LIMIT_BYTES = 6 * MOST_FILE_CHARACTERS + 1024;

function within(action: ConsultationAction): Access {
  return { kind: 'consultation', action, by: 'consultation', param: 'consultationId' };
}

/** Annotations of a slide as files of other programs, in both directions. */
export function annotationFileRoutes({ db, clock }: Pick<Services, 'db' | 'clock'>): FastifyPluginAsyncZod {
  const onSlide = async (consultationId: ConsultationId, slideId: SlideId) => {
    const target = { kind: 'slide', slideId } as const;
    const { calibration } = await findAnnotatedImage(db.material, consultationId, target);
    const annotations = (await db.annotations.list(consultationId)).filter((one) => sameTarget(one.target, target));
    return { calibration, annotations };
  };
  const attachment = (slideId: SlideId, ending: string) =>
    `attachment; filename="annotations-${slideId.slice(0, 8)}.${ending}"`;

  return async (app) => {
    app.get(
      annotationFilePaths.geoJson(':consultationId', ':slideId'),
      {
        schema: {
          tags: ['annotations'],
          summary: 'Every annotation of a slide as GeoJSON, as QuPath reads it; level-0 px',
          params,
        },
        config: { access: within('annotation.read'), audit: { action: 'annotation.export', coalesceMs: 0 } },
      },
      async ({ params: { consultationId, slideId } }, reply) => {
        const { annotations } = await onSlide(consultationId, slideId);
        void reply.type('application/geo+json').header('content-disposition', attachment(slideId, 'geojson'));
        return reply.send(writeGeoJson(annotations).text);
      },
    );

    app.get(
      annotationFilePaths.imageScope(':consultationId', ':slideId'),
      {
        schema: {
          tags: ['annotations'],
          summary: 'Every annotation of a slide as XML of Aperio ImageScope; level-0 px',
          params,
        },
        config: { access: within('annotation.read'), audit: { action: 'annotation.export', coalesceMs: 0 } },
      },
      async ({ params: { consultationId, slideId } }, reply) => {
        const { annotations, calibration } = await onSlide(consultationId, slideId);
        const mppX = calibration.kind === 'um-per-pixel' ? calibration.mppX : null;
        const { text } = writeImageScopeXml(annotations, mppX);
        void reply.type('application/xml').header('content-disposition', attachment(slideId, 'xml'));
        return reply.send(text);
      },
    );

    app.post(
      annotationFilePaths.import(':consultationId', ':slideId'),
      {
        schema: {
          tags: ['annotations'],
          summary:
            'Add the shapes of a file (GeoJSON, ImageScope XML, ASAP XML, HistomicsUI JSON) as one’s own annotations',
          params,
          body: importAnnotationsSchema,
          response: { 200: importedAnnotationsSchema, ...failures },
        },
        bodyLimit: BODY_LIMIT_BYTES,
        config: { access: within('annotation.write'), audit: null },
      },
      async (request) =>
        importAnnotations({ db, clock }, { principal: principalOf(request), ...request.params, ...request.body }),
    );
  };
}
