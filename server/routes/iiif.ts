import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { Access, AuditRule } from '#server/http/access.ts';
import { revalidated } from '#server/http/immutable.ts';
import type { Services } from '#server/services.ts';
import { slideIdSchema } from '#shared/annotation/annotation.ts';
import { slideImagePaths } from '#shared/api/slide-images.ts';
import { AppError } from '#shared/errors.ts';
import { IIIF_CONTEXT, IIIF_LEVEL_2, iiifInformation } from '#shared/imaging/iiif-information.ts';
import { type IiifPlan, type IiifRefusal, planIiif } from '#shared/imaging/iiif-request.ts';

const looking: AuditRule = { action: 'slide.view', coalesceMs: 600_000 };
const access: Access = { kind: 'consultation', action: 'material.read', by: 'slide', param: 'slideId' };
const part = z.string().min(1).max(80);
const LD_JSON = `application/ld+json;profile="${IIIF_CONTEXT}"`;
/** Raised whenever the bytes made of a slide change. */
const FORM = 'iiif1';

/**
 * Slides as images of the IIIF Image API 3.0, compliance level 2. Pages of any origin may read the answers, but no browser
 * sends our cookie along for them: `*` excludes credentials, so that such a page needs a token of its own.
 */
export function iiifRoutes({ config, material }: Services): FastifyPluginAsyncZod {
  /** The address of an image, under the public one where that is set. */
  const idOf = (request: FastifyRequest, slideId: string): string => {
    const origin = config.publicUrl?.origin ?? `${request.protocol}://${request.host}`;
    return `${origin}${slideImagePaths.iiif(slideId)}`;
  };

  return async (app) => {
    // Section 7.1 and Fetch: errors as well, so that a client can tell them.
    app.addHook('onSend', async (_request, reply) => {
      void reply
        .header('access-control-allow-origin', '*')
        .header('access-control-expose-headers', 'ETag, Link, Content-Length');
    });

    const base = slideImagePaths.iiif(':slideId');
    for (const url of [`${base}/info.json`, `${base}/:region/:size/:rotation/:file`]) {
      app.options(
        url,
        {
          schema: { tags: ['slides'], summary: 'What a page of another origin may send' },
          config: { access: { kind: 'public' }, audit: null },
        },
        async (_request, reply) =>
          reply
            .code(204)
            .header('access-control-allow-methods', 'GET, HEAD, OPTIONS')
            .header('access-control-allow-headers', 'Authorization, If-None-Match, Accept')
            .header('access-control-max-age', '86400')
            .send(),
      );
    }

    app.get(
      base,
      {
        schema: {
          tags: ['slides'],
          summary: 'Leads to the image information (IIIF Image API 3.0, section 2)',
          params: z.object({ slideId: slideIdSchema }),
        },
        config: { access, audit: looking },
      },
      async (request, reply) => reply.redirect(`${idOf(request, request.params.slideId)}/info.json`, 303),
    );

    app.get(
      `${base}/info.json`,
      {
        schema: {
          tags: ['slides'],
          summary: 'Image information (IIIF Image API 3.0, section 5)',
          params: z.object({ slideId: slideIdSchema }),
        },
        config: { access, audit: looking },
      },
      async (request, reply) => {
        const { slideId } = request.params;
        const { description } = await material.slideRegions.describe(slideId, request.signal);
        // Section 5.1: JSON-LD for those who ask for it by name. Not immutable: it names limits and our address.
        const wantsLd = (request.headers.accept ?? '').includes('application/ld+json');
        void reply
          .header('link', `<${IIIF_LEVEL_2}>;rel="profile"`)
          .header('vary', 'accept')
          .type(wantsLd ? LD_JSON : 'application/json; charset=utf-8');
        // As bytes: to a text the framework would add a charset, which JSON-LD does not know.
        return reply.send(Buffer.from(JSON.stringify(iiifInformation(idOf(request, slideId), description))));
      },
    );

    app.get(
      `${base}/:region/:size/:rotation/:file`,
      {
        schema: {
          tags: ['slides'],
          summary: 'A part of the slide in any size (IIIF Image API 3.0, section 4)',
          params: z.object({ slideId: slideIdSchema, region: part, size: part, rotation: part, file: part }),
        },
        config: { access, audit: looking },
      },
      async (request, reply) => {
        const { slideId, ...asked } = request.params;
        const { description, version } = await material.slideRegions.describe(slideId, request.signal);
        const plan = acceptedPlan(planIiif(description, asked));
        announce(reply, `${idOf(request, slideId)}/${plan.canonical}`);
        // Commas separate the tags of If-None-Match.
        const etag = `"${slideId}.${FORM}.${version}.${plan.canonical.replaceAll(',', '-')}"`;
        if (revalidated(request, reply, etag)) return reply.send();
        const picture = await material.slideRegions.iiifPicture(slideId, plan, request.signal);
        return reply.type(picture.mediaType).send(picture.bytes);
      },
    );
  };
}

function acceptedPlan(plan: IiifPlan | IiifRefusal): IiifPlan {
  if (!('kind' in plan)) return plan;
  const { kind, where, reason } = plan;
  throw new AppError(kind === 'bad' ? 'IIIF_INVALID' : 'IIIF_UNSUPPORTED', { where, reason });
}

/** Sections 4.7 and 6. */
function announce(reply: FastifyReply, canonical: string): void {
  void reply.header('link', `<${canonical}>;rel="canonical", <${IIIF_LEVEL_2}>;rel="profile"`);
}
