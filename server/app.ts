import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import compress from '@fastify/compress';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from '@fastify/type-provider-zod';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { isOverHttps } from './config.ts';
import { controlAccess } from './http/access-control.ts';
import { AccessRecorder, recordReads } from './http/access-recorder.ts';
import { answerErrors } from './http/errors.ts';
import { openExpressLane } from './http/express-lane.ts';
import { collectSchemas, serveApiDescription } from './http/openapi.ts';
import { Principals } from './http/principals.ts';
import { logRequests } from './http/request-log.ts';
import { checkOrigin } from './http/request-origin.ts';
import { secureHeaders } from './http/security-headers.ts';
import { cutOffStalled } from './http/stalled-body.ts';
import { Standings } from './http/standings.ts';
import { createTlsListener } from './http/tls-listener.ts';
import { serveViewer } from './http/viewer-files.ts';
import { accountRoutes } from './routes/account.ts';
import { annotationFileRoutes } from './routes/annotation-files.ts';
import { annotationRoutes } from './routes/annotations.ts';
import { auditRoutes } from './routes/audit.ts';
import { consultationRoutes } from './routes/consultations.ts';
import { deepZoomRoutes } from './routes/deep-zoom.ts';
import { deidentificationRoutes } from './routes/deidentification.ts';
import { dicomwebRoutes } from './routes/dicomweb/dicomweb.ts';
import { healthRoutes } from './routes/health.ts';
import { iiifRoutes } from './routes/iiif.ts';
import { keyImageRoutes } from './routes/key-images.ts';
import { materialRoutes } from './routes/material.ts';
import { measurementReportRoutes } from './routes/measurement-reports.ts';
import { preferenceRoutes } from './routes/preferences.ts';
import { reportRoutes } from './routes/reports.ts';
import { segmentRoutes } from './routes/segments.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { slideCoverageRoutes } from './routes/slide-coverage.ts';
import { expressTiles, slideImageRoutes } from './routes/slide-images.ts';
import { slideQualityRoutes } from './routes/slide-quality.ts';
import { slideRegionRoutes } from './routes/slide-region.ts';
import { slideRegistrationRoutes } from './routes/slide-registrations.ts';
import { uploadRoutes } from './routes/uploads.ts';
import type { Services } from './services.ts';
import { readTls } from './tls-files.ts';

const BODY_LIMIT_BYTES = 1024 * 1024;
/** Behind a proxy that ends https the client's address comes from it; only a proxy on a private network is believed. */
const TRUSTED_PROXIES = ['loopback', 'linklocal', 'uniquelocal'];

/** The whole server: what holds for every request first, then the routes, then the pages of the viewer. */
export async function buildApp(services: Services, viewerFolder: string): Promise<FastifyInstance> {
  const { config, log, db, clock, sessions } = services;
  const logger: FastifyBaseLogger = log;
  const tls = config.tls === null ? null : await readTls(config.tls, clock.now());
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    // Who ends TLS himself hears the clients themselves: a forwarded address would be theirs to invent.
    trustProxy: tls === null && config.publicUrl?.protocol === 'https:' ? TRUSTED_PROXIES : false,
    ...(tls === null ? {} : { serverFactory: (handler: RequestListener) => createTlsListener(tls, handler) }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 0,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 256 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);

  const principals = new Principals(sessions, db, clock);
  const standings = new Standings(db, clock);
  const recorder = new AccessRecorder(db.audit, clock);
  services.onConsultationChange(() => standings.forget());
  // Files of signed reports are made while requests are served, not by the command line.
  app.addHook('onReady', async () => services.reports.startJobs());

  answerErrors(app);
  app.addHook('onRequest', (request, reply, done) => {
    // Bodies that are read as a whole; routes that stream theirs watch over them.
    if (/^application\/json\b/.test(request.headers['content-type'] ?? '')) cutOffStalled(request.raw, reply.raw);
    done();
  });
  logRequests(app);
  secureHeaders(app, isOverHttps(config));
  checkOrigin(app, config.publicUrl);
  controlAccess(app, { principals, standings, recorder });
  recordReads(app, recorder);
  await app.register(compress, {
    encodings: ['br', 'gzip'],
    threshold: 1024,
    customTypes: /^(application\/(dicom\+)?json|text\/)/,
    brotliOptions: { params: { 1: 4 } },
  });
  await collectSchemas(app);

  const routes = app.withTypeProvider<ZodTypeProvider>();
  await routes.register(healthRoutes(services));
  await routes.register(signInRoutes(services, principals));
  await routes.register(accountRoutes(services, principals));
  await routes.register(preferenceRoutes(services));
  await routes.register(consultationRoutes(services));
  await routes.register(materialRoutes(services));
  await routes.register(deidentificationRoutes(services));
  await routes.register(measurementReportRoutes(services));
  await routes.register(annotationRoutes(services));
  await routes.register(annotationFileRoutes(services));
  await routes.register(segmentRoutes(services));
  await routes.register(keyImageRoutes(services));
  await routes.register(reportRoutes(services));
  await routes.register(uploadRoutes(services));
  await routes.register(slideImageRoutes(services));
  await routes.register(slideRegionRoutes(services));
  await routes.register(slideCoverageRoutes(services));
  await routes.register(slideRegistrationRoutes(services));
  await routes.register(slideQualityRoutes(services));
  await routes.register(deepZoomRoutes(services));
  await routes.register(iiifRoutes(services));
  await routes.register(dicomwebRoutes(services));
  await routes.register(auditRoutes(services));
  openExpressLane(app, { principals, standings, recorder, log }, [expressTiles(services)]);
  await serveApiDescription(app);
  await serveViewer(app, viewerFolder);
  return app;
}
