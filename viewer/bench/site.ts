import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transformWithOxc } from 'vite';
import { OHIF_FILES, ohifConfiguration } from '#viewer/e2e/ohif-site.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** Pages without a product around them, and the scripts they load before their own. */
const REFERENCES: Readonly<Record<string, readonly string[]>> = {
  series: [],
  slide: ['openseadragon.min.js'],
};

function pageOf(name: string, scripts: readonly string[]): string {
  const loaded = scripts.map((script) => `<script src="/assets/bench/${script}" defer></script>`).join('');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Reference</title>
<style>html,body{margin:0;background:#000}</style><body>${loaded}<script type="module" src="/assets/bench/${name}.js"></script></body></html>`;
}

/** The address must be OHIF's own before its scripts look at it; they are those its index.html names. */
const OHIF_START = `history.replaceState(null, '', '/viewer' + location.search);
window.PUBLIC_URL = '/';
${ohifConfiguration()}`;

/** OHIF beside the viewer: the same server, session, compression and security headers for both. */
async function placeOhif(folder: string, pages: string, assets: string): Promise<void> {
  const isServed = (path: string): boolean => !/\.(map|html|br|gz)$|service-worker|app-config\.js$/.test(path);
  await cp(OHIF_FILES, folder, { recursive: true, force: false, filter: isServed });
  const index = await readFile(join(OHIF_FILES, 'index.html'), 'utf8');
  const tags = [
    ...(index.match(/<link[^>]*rel="stylesheet"[^>]*>/g) ?? []),
    ...(index.match(/<script[^>]*src="[^"]*\.bundle[^"]*"[^>]*><\/script>/g) ?? []),
  ];
  await writeFile(join(assets, 'ohif-start.js'), OHIF_START);
  await writeFile(
    join(pages, 'ohif.html'),
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>OHIF</title><script src="/assets/bench/ohif-start.js"></script>${tags.join('')}<body><div id="root"></div></body></html>`,
  );
}

/** Address of a reference page. */
export function referencePath(
  name: 'series' | 'slide' | 'ohif',
  query: Readonly<Record<string, string | number>>,
): string {
  const search = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return `/bench/${name}.html?${search.join('&')}`;
}

/**
 * Builds the viewer anew into `folder`, so that never an old one is measured, and puts the reference pages beside it.
 * Their scripts lie below assets/, where files are cached as the product's are.
 */
export async function buildSite(folder: string): Promise<void> {
  const { VITEST: _, ...environment } = process.env;
  await run(
    process.execPath,
    [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--outDir', folder, '--logLevel', 'error'],
    {
      cwd: ROOT,
      env: { ...environment, NODE_ENV: 'production' },
    },
  );
  const [pages, assets] = [join(folder, 'bench'), join(folder, 'assets', 'bench')];
  await Promise.all([pages, assets].map((path) => mkdir(path, { recursive: true })));
  const library = createRequire(import.meta.url).resolve('openseadragon');
  await copyFile(join(library, '..', 'openseadragon.min.js'), join(assets, 'openseadragon.min.js'));
  for (const [name, scripts] of Object.entries(REFERENCES)) {
    const source = await readFile(join(import.meta.dirname, 'reference', `${name}.ts`), 'utf8');
    await writeFile(join(assets, `${name}.js`), (await transformWithOxc(source, `${name}.ts`)).code);
    await writeFile(join(pages, `${name}.html`), pageOf(name, scripts));
  }
  await placeOhif(folder, pages, assets);
}
