import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { InstanceScope } from '#server/domain/material-ports.ts';
import { searchDicom } from '#server/domain/search-dicom.ts';
import { parseSearchQuery } from '#server/domain/search-query.ts';
import type { Access, AuditRule } from '#server/http/access.ts';
import { principalOf } from '#server/http/access-control.ts';
import { acceptsGzip, gzipped } from '#server/http/gzip-coding.ts';
import type { Services } from '#server/services.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { toNativeXml } from '#shared/dicom/dicom-xml.ts';
import type { SearchLevel } from '#shared/dicom/query/levels.ts';
import { acceptOf, chooseForm, type Form } from './accept.ts';
import { multipartOf } from './multipart.ts';
import {
  bySeries,
  byStudy,
  DICOMWEB,
  SERIES_PATH,
  STUDY_PATH,
  seriesParams,
  serviceBase,
  studyParams,
} from './places.ts';

const audit: AuditRule = { action: 'dicom.search', coalesceMs: 60_000 };
/** Shorter answers fit into one packet as they are. */
const PACKED_FROM_BYTES = 1024;
/** Packed here, in one piece: a stream costs several times as much as the packing. */
const compress = false;
const anywhere: Access = { kind: 'general', action: 'material.search' };

const JSON_FORMS: readonly Form[] = ['application/dicom+json', 'application/json'].map((mediaType) => ({
  ...{ multipart: false, mediaType, transferSyntaxUid: null },
}));
const XML: Form = { multipart: true, mediaType: 'application/dicom+xml', transferSyntaxUid: null };
/** PS3.18 section 10.6.4: JSON is the default, XML one part a match. */
const FORMS = [...JSON_FORMS, XML];

const querySchema = z
  .record(z.string().max(256), z.union([z.string().max(4096), z.array(z.string().max(4096)).max(100)]))
  .refine((query) => Object.keys(query).length <= 64, 'has too many parameters')
  .describe(
    'Attributes by keyword, tag or path; limit, offset, includefield, fuzzymatching, emptyvaluematching (PS3.18 section 8.3.4). X-Total-Count tells how many matches there are in all.',
  );
type Query = z.infer<typeof querySchema>;

/** QIDO-RS: studies, series and instances within what the caller may see (PS3.18 section 10.6). */
export function searchRoutes(services: Services): FastifyPluginAsyncZod {
  async function answer(
    request: FastifyRequest<{ Querystring: Query }>,
    reply: FastifyReply,
    level: SearchLevel,
    scope: InstanceScope,
  ) {
    const form = chooseForm(acceptOf(request), FORMS);
    const { query, warnings } = parseSearchQuery(level, scope, request.query);
    const base = serviceBase(request);
    const { texts: answers, total } = await searchDicom(services, principalOf(request), query, base);
    const remaining = total - query.offset - answers.length;
    // The very words of PS3.18 section 8.3.4.4.1.
    const more = `There are ${remaining} additional results that can be requested`;
    const texts = [...warnings, ...(remaining > 0 ? [more] : [])];
    if (texts.length > 0) {
      void reply.header(
        'warning',
        texts.map((text) => `299 ${base} "${text}"`),
      );
    }
    // An answer shows what the caller may see now; asked again, it may be another one.
    void reply
      .header('x-total-count', total)
      .header('cache-control', 'private, no-cache')
      .header('vary', 'accept, accept-encoding');
    const { contentType, bytes } = form === XML ? asXml(answers) : asJson(form.mediaType, answers);
    void reply.type(contentType);
    // As bytes: text would be given a charset parameter, which these media types do not have.
    if (bytes.byteLength < PACKED_FROM_BYTES || !acceptsGzip(request.headers['accept-encoding']))
      return reply.send(bytes);
    return reply.header('content-encoding', 'gzip').send(await gzipped(bytes));
  }

  return async (app) => {
    for (const level of ['study', 'series', 'instance'] as const) {
      const collection = { study: 'studies', series: 'series', instance: 'instances' }[level];
      app.get(
        `${DICOMWEB}/${collection}`,
        {
          schema: { tags: ['dicomweb'], summary: `Search for ${collection} (QIDO-RS)`, querystring: querySchema },
          config: { access: anywhere, audit },
          compress,
        },
        (request, reply) => answer(request, reply, level, {}),
      );
    }
    for (const level of ['series', 'instance'] as const) {
      app.get(
        `${STUDY_PATH}/${level === 'series' ? 'series' : 'instances'}`,
        {
          schema: {
            tags: ['dicomweb'],
            summary: `The ${level === 'series' ? 'series' : 'instances'} of a study (QIDO-RS)`,
            params: studyParams,
            querystring: querySchema,
          },
          config: { access: byStudy, audit },
          compress,
        },
        (request, reply) => answer(request, reply, level, request.params),
      );
    }
    app.get(
      `${SERIES_PATH}/instances`,
      {
        schema: {
          tags: ['dicomweb'],
          summary: 'The instances of a series (QIDO-RS)',
          params: seriesParams,
          querystring: querySchema,
        },
        config: { access: bySeries, audit },
        compress,
      },
      (request, reply) => answer(request, reply, 'instance', request.params),
    );
  };
}

interface Body {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

function asJson(mediaType: string, answers: readonly string[]): Body {
  return { contentType: mediaType, bytes: Buffer.from(`[${answers.join(',')}]`) };
}

function asXml(answers: readonly string[]): Body {
  const { contentType, partHead, tail } = multipartOf(XML.mediaType);
  const head = partHead(null);
  const parts = answers.flatMap((text) => [head, Buffer.from(toNativeXml(JSON.parse(text) as DicomJsonDataset))]);
  return { contentType, bytes: Buffer.concat([...parts, tail]) };
}
