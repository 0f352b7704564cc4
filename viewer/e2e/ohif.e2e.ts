import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from './browser.ts';
import { type OhifSite, serveOhif } from './ohif-site.ts';
import { type Product, startProduct, type TestUser } from './product.ts';

const REFERRER: TestUser = { email: 'referrer@clinic.test', name: 'Dr Ada Referrer', role: 'referrer' };
const LINKED_WITHIN_MS = 10_000;
const SHOWN_WITHIN_MS = 30_000;
const SETTLED_WITHIN_MS = 3000;

/** A study as it is found by a search, and whether there is anything to see in it. */
interface FoundStudy {
  readonly uid: string;
  readonly modalities: readonly string[];
  /** SOP Class and transfer syntax of each of its images. */
  readonly kinds: ReadonlySet<string>;
}
type Dataset = Readonly<Record<string, { readonly Value?: readonly unknown[] } | undefined>>;

/** Studies OHIF 3.13.2 does not show, whoever serves them. Everything it asks about them is answered all the same. */
const NOT_SHOWN_BY_OHIF: Readonly<Record<string, string>> = {
  '1.2.392.200039.102.3.1096.11.20020524.111958': 'palette of 16 bits a pixel',
  '1.2.826.0.1.3680043.2.1125.3188809812631103481511202817111514545': 'private SOP Class',
  '999.999.2.19941105.112000': 'retired SOP Class of ultrasound',
};
/** Images nobody can draw a thumbnail of, by SOP Instance UID. */
const DAMAGED: readonly string[] = [
  // Its JPEG 2000 code stream says that it has 3,722,445,056 columns.
  '1.3.6.1.4.1.5962.1.1.8.1.3.20040826185059.5457',
];

const folder = process.env.CONSILIUM_TEST_DATA ?? resolve(import.meta.dirname, '..', '..', '..', 'shared', 'data');
const every = process.env.OHIF_EVERY_STUDY === '1';
const missing = existsSync(folder) ? null : `no test data at ${folder}`;
if (missing !== null) process.stderr.write(`OHIF is not tried: ${missing}\n`);

describe.skipIf(missing !== null)('OHIF as a client of /dicom-web (PS3.18)', () => {
  let browser: Browser;
  let product: Product;
  let site: OhifSite;
  let page: Page;
  let studies: FoundStudy[];
  let listed: number;
  let ask: (path: string) => Promise<Dataset[]>;
  let isThere: (path: string) => Promise<boolean>;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct([REFERRER]), launchBrowser()]);
    const id = await product.admin('create-consultation', '--referrer', REFERRER.email, '--title', 'Everything');
    const report = JSON.parse(await product.admin('import', folder, '--consultation', id)) as { stored: unknown[] };
    expect(report.stored.length).toBeGreaterThan(0);
    const token = await product.admin('create-token', '--user', REFERRER.email);
    site = await serveOhif(product.url, token);
    ask = async (path) => {
      const headers = { authorization: `Bearer ${token}`, accept: 'application/dicom+json' };
      const answer = await fetch(`${product.url}/dicom-web${path}`, { headers });
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
      return (await answer.json()) as Dataset[];
    };
    isThere = async (path) => {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${product.url}/dicom-web${path}`, { headers });
      await answer.arrayBuffer();
      return answer.ok;
    };
    const found = await ask('/studies?limit=1000');
    listed = found.length;
    studies = (await Promise.all(found.map(describeStudy))).filter(({ kinds }) => kinds.size > 0);
    const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, locale: 'en-GB' });
    page = await context.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
    await product?.stop();
  });

  async function describeStudy(study: Dataset): Promise<FoundStudy> {
    const uid = String(study['0020000D']?.Value?.[0]);
    const instances = await ask(`/studies/${uid}/metadata`);
    const kinds = new Map<string, boolean>();
    for (const instance of instances) {
      const text = (tag: string): string => String(instance[tag]?.Value?.[0]);
      const kind = `${text('00080016')} ${text('00083002')}`;
      if (kinds.get(kind) === true || instance['00280010'] === undefined) continue;
      // Metadata leaves the pixels out, so only the first frame itself says that there are any.
      const place = `/studies/${uid}/series/${text('0020000E')}/instances/${text('00080018')}`;
      kinds.set(kind, await isThere(`${place}/frames/1`));
    }
    const shown = [...kinds].flatMap(([kind, isImage]) => (isImage ? [kind] : []));
    return { uid, modalities: (study['00080061']?.Value ?? []).map(String), kinds: new Set(shown) };
  }

  /** As a link inside the application: loading its 17 MB anew for each study would take longer than the study. */
  async function goTo(address: string): Promise<void> {
    await page.waitForFunction(() => 'followLink' in window);
    await page.evaluate((to) => {
      (window as unknown as { followLink(to: string): void }).followLink(to);
    }, address);
  }

  const isShown = (uid: string, timeout: number): Promise<boolean> =>
    page.waitForFunction(showsStudy, uid, { polling: 100, timeout }).then(
      () => true,
      () => false,
    );

  it('lists every study', async () => {
    await page.goto(`${site.url}/?resultsPerPage=100`);
    await page.getByText(`1-${Math.min(100, listed)} of ${listed}`).waitFor();
    expect(site.takeRefusals()).toEqual([]);
  });

  it('opens every study that has pixels, and nothing it asks for is refused', async () => {
    const wanted = every ? studies : onePerKind(studies);
    const how = every ? '' : ' (one for each SOP Class and transfer syntax; OHIF_EVERY_STUDY=1 opens all)';
    process.stderr.write(`OHIF opens ${wanted.length} of ${studies.length} studies with pixels${how}\n`);
    const hidden: string[] = [];
    const refused: string[] = [];
    for (const { uid, modalities } of wanted) {
      const address = `/${modalities.includes('SM') ? 'microscopy' : 'viewer'}?StudyInstanceUIDs=${uid}`;
      const expected = NOT_SHOWN_BY_OHIF[uid] === undefined;
      await goTo('/');
      await goTo(address);
      let shown = await isShown(uid, expected ? LINKED_WITHIN_MS : SETTLED_WITHIN_MS);
      if (!shown) {
        // What one study leaves behind in the page must not count against another: the page starts anew.
        await page.goto(site.url + address);
        shown = await isShown(uid, expected ? SHOWN_WITHIN_MS : SETTLED_WITHIN_MS);
        await page.goto(site.url);
      }
      if (!shown && expected) hidden.push(uid);
      refused.push(...site.takeRefusals());
    }
    expect(refused.filter((line) => !DAMAGED.some((uid) => line.includes(uid)))).toEqual([]);
    expect(hidden).toEqual([]);
  }, 900_000);
});

/** Runs in the page: true once a viewport holds an image of the study, or the microscope its picture. */
function showsStudy(studyUid: string): boolean {
  interface Viewport {
    getCurrentImageId?(): string | undefined;
    getImageIds?(): readonly string[];
    getCornerstoneImage?(): { readonly imageId: string } | undefined;
    getImageData?(): unknown;
  }
  const { cornerstone } = window as unknown as {
    cornerstone?: { getRenderingEngines(): readonly { getViewports(): readonly Viewport[] }[] };
  };
  for (const engine of cornerstone?.getRenderingEngines() ?? []) {
    for (const viewport of engine.getViewports()) {
      const image = viewport.getCornerstoneImage?.()?.imageId;
      if (image?.includes(studyUid) === true) return true;
      const ids = viewport.getImageIds?.() ?? [];
      if (image === undefined && ids[0]?.includes(studyUid) === true && viewport.getImageData?.() != null) return true;
    }
  }
  return document.querySelector('.DicomMicroscopyViewer canvas') !== null;
}

/** The fewest that hold every pair of SOP Class and transfer syntax, the first that brings something new. */
function onePerKind(studies: readonly FoundStudy[]): FoundStudy[] {
  const met = new Set<string>();
  return studies.filter(({ kinds }) => {
    const fresh = [...kinds].filter((kind) => !met.has(kind));
    for (const kind of fresh) met.add(kind);
    return fresh.length > 0;
  });
}
