/**
 * Child process: the product's own server, with all it does in production, over a folder that holds the built viewer and
 * beside it the pages it is compared with. Compared pages so come from the same server, with the same session.
 */
import { once } from 'node:events';
import { buildApp } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { precompress } from '#server/http/precompress.ts';
import { createLog } from '#server/log.ts';
import { openServices } from '#server/services.ts';

if (import.meta.main) {
  const [, , site = ''] = process.argv;
  const config = readConfig(process.env);
  const services = await openServices(config, createLog(config.logLevel), []);
  await precompress(site);
  const app = await buildApp(services, site);
  const address = await app.listen({ port: config.port, host: config.host });
  process.send?.(address);
  // Ends with its parent, whatever becomes of it.
  await once(process, 'disconnect');
  await app.close();
  await services.close();
}
