import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { Services } from '#server/services.ts';
import { bulkDataRoutes } from './bulk-data.ts';
import { capabilityRoutes } from './capabilities.ts';
import { frameRoutes } from './frames.ts';
import { metadataRoutes } from './metadata.ts';
import { renderedRoutes } from './rendered.ts';
import { retrieveRoutes } from './retrieve.ts';
import { searchRoutes } from './search.ts';
import { storeRoutes } from './store.ts';
import { wadoUriRoutes } from './wado-uri.ts';

/** Everything below /dicom-web (PS3.18). */
export function dicomwebRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(searchRoutes(services));
    await app.register(metadataRoutes(services));
    await app.register(frameRoutes(services));
    await app.register(bulkDataRoutes(services));
    await app.register(renderedRoutes(services));
    await app.register(wadoUriRoutes(services));
    await app.register(retrieveRoutes(services));
    await app.register(storeRoutes(services));
    await app.register(capabilityRoutes());
  };
}
