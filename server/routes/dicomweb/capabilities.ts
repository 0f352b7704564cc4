import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { Access } from '#server/http/access.ts';
import type { DeclaredRoute } from '#server/http/access-control.ts';
import { acceptOf, chooseForm } from './accept.ts';
import { DICOMWEB, serviceBase } from './places.ts';

const WADL = 'application/vnd.sun.wadl+xml';
const FORMS = [{ multipart: false, mediaType: WADL, transferSyntaxUid: null }];
const anyRole: Access = { kind: 'general', action: 'material.search' };

/**
 * Retrieve Capabilities (PS3.18 section 8.9): OPTIONS on the service or anything below answers what there is, as WADL,
 * and Allow for the address itself. It is made of the routes that are registered, so it cannot say anything else.
 */
export function capabilityRoutes(): FastifyPluginAsyncZod {
  return async (app) => {
    for (const url of [DICOMWEB, `${DICOMWEB}/*`]) {
      app.options(
        url,
        {
          schema: { tags: ['dicomweb'], summary: 'What this service can do (PS3.18 section 8.9), as WADL' },
          config: { access: anyRole, audit: null },
        },
        async (request, reply) => {
          chooseForm(acceptOf(request), FORMS);
          const routes = app.declaredRoutes.filter((route) => route.url.startsWith(`${DICOMWEB}/`));
          const path = new URL(request.url, serviceBase(request)).pathname;
          const methods = routes.filter((route) => matches(route.url, path)).map(({ method }) => method);
          return reply
            .header('allow', [...new Set([...methods, 'OPTIONS'])].sort().join(', '))
            .type(WADL)
            .send(Buffer.from(wadl(routes, serviceBase(request))));
        },
      );
    }
  };
}

/** True when the template of a route fits the path; a wildcard stands for at least one step. */
function matches(template: string, path: string): boolean {
  const [wanted, given] = [template.split('/'), path.split('/')];
  const open = wanted.at(-1) === '*';
  if (open ? given.length < wanted.length : given.length !== wanted.length) return false;
  // The route of capabilities themselves says nothing about an address.
  if (template === `${DICOMWEB}/*`) return false;
  return wanted.every((step, at) => step === '*' || (step.startsWith(':') ? given[at] !== '' : step === given[at]));
}

function wadl(routes: readonly DeclaredRoute[], base: string): string {
  const byUrl = Map.groupBy(
    routes.filter(({ url }) => url !== `${DICOMWEB}/*`),
    ({ url }) => url,
  );
  const resources = [...byUrl].map(([url, declared]) => {
    const path = url
      .slice(DICOMWEB.length + 1)
      .replace(/:(\w+)/g, '{$1}')
      .replace('*', '{element}');
    const params = [...path.matchAll(/\{(\w+)\}/g)].map(
      ([, name]) => `<param name="${name}" style="template" required="true"/>`,
    );
    const methods = declared.map(({ method }) => `<method name="${method}"/>`);
    return `<resource path="${path}">${params.join('')}${methods.join('')}</resource>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<application xmlns="http://wadl.dev.java.net/2009/02"><resources base="${escaped(base)}/">${resources.join('')}</resources></application>`;
}

/** The host is as the client wrote it. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
