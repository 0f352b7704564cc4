import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join, normalize } from 'node:path';

/** OHIF as somebody would serve it beside us: its built files, and `/dicom-web` of the same origin passed on to us. */
export interface OhifSite {
  readonly url: string;
  /** Every answer of ours from 400 up, as "status method path", since the last call. */
  takeRefusals(): string[];
  /** How many answers of ours passed. */
  answered(): number;
  stop(): Promise<void>;
}

/** OHIF as it is published: built files. */
export const OHIF_FILES = join(dirname(createRequire(import.meta.url).resolve('@ohif/app/package.json')), 'dist');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** OHIF's own configuration file (docs.ohif.org, Configuration): one DICOMweb source on its own origin. */
export function ohifConfiguration(): string {
  const source = {
    namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
    sourceName: 'consilium',
    configuration: {
      ...{ friendlyName: 'Consilium', name: 'consilium' },
      ...{ qidoRoot: '/dicom-web', wadoRoot: '/dicom-web', wadoUriRoot: '/dicom-web' },
      ...{ qidoSupportsIncludeField: true, supportsFuzzyMatching: false, supportsWildcard: true },
      ...{ imageRendering: 'wadors', thumbnailRendering: 'thumbnail', thumbnailRequestStrategy: 'fetch' },
      ...{ enableStudyLazyLoad: true, bulkDataURI: { enabled: true }, singlepart: 'bulkdata,video,pdf' },
    },
  };
  const config = {
    ...{ routerBasename: '/', modes: [], extensions: [], showStudyList: true, maxNumberOfWebWorkers: 2 },
    ...{ showWarningMessageForCrossOrigin: false, showCPUFallbackMessage: false, showLoadingIndicator: false },
    ...{ investigationalUseDialog: { option: 'never' }, defaultDataSourceName: 'consilium', dataSources: [source] },
  };
  return `window.config = ${JSON.stringify(config)};`;
}

/** An extension hands its authentication service the token for every request, and lets a test follow links. */
function withToken(token: string): string {
  return `${ohifConfiguration()}
window.config.extensions = [{
  id: 'consilium-token',
  preRegistration({ servicesManager, commandsManager }) {
    window.followLink = (to) => commandsManager.runCommand('navigateHistory', { to }, 'DEFAULT');
    servicesManager.services.userAuthenticationService.setServiceImplementation({
      getAuthorizationHeader: () => ({ Authorization: ${JSON.stringify(`Bearer ${token}`)} }),
    });
  },
}];`;
}

export async function serveOhif(product: string, token: string): Promise<OhifSite> {
  let refusals: string[] = [];
  let answered = 0;

  /** With the Host the browser wrote, so that addresses in our answers lead back here. */
  function passOn(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const onward = request(
      new URL(incoming.url ?? '/', product),
      { method: incoming.method ?? 'GET', headers: incoming.headers },
      (answer) => {
        const status = answer.statusCode ?? 0;
        answered += 1;
        if (status >= 400) refusals.push(`${status} ${incoming.method} ${incoming.url}`);
        outgoing.writeHead(status, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }

  async function serveFile(path: string, outgoing: ServerResponse): Promise<void> {
    const file = join(OHIF_FILES, normalize(path));
    const found = file.startsWith(OHIF_FILES) ? await stat(file).catch(() => null) : null;
    // Every address without a file is a page of the application.
    const served = found?.isFile() === true ? file : join(OHIF_FILES, 'index.html');
    outgoing.writeHead(200, {
      ...{ 'content-type': TYPES[extname(served)] ?? 'application/octet-stream', 'cache-control': 'max-age=600' },
    });
    createReadStream(served).pipe(outgoing);
  }

  const server = createServer((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
    if (pathname.startsWith('/dicom-web')) return passOn(incoming, outgoing);
    if (pathname === '/app-config.js') {
      outgoing.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'no-store' });
      outgoing.end(withToken(token));
      return;
    }
    void serveFile(pathname, outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeRefusals: () => {
      const taken = refusals;
      refusals = [];
      return taken;
    },
    answered: () => answered,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
