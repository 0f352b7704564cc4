import type { Page } from 'playwright-core';
import type { Shown } from './page-probe.ts';
import type { BenchProduct } from './product.ts';
import { referencePath } from './site.ts';

/** A page to measure: where it is and how to tell from outside what it shows. */
export interface Subject {
  readonly name: string;
  readonly url: string;
  /** Runs in the page. */
  readonly shown: () => Shown;
  /** The small picture of the whole slide whose presses move the view. */
  readonly navigator: string;
}

export interface Subjects {
  readonly ours: Subject;
  /** What ours is compared with, in the order of the table; the first gives the ratio. */
  readonly references: readonly Subject[];
}

/** The reading page says in the corners of its viewport what is on the screen. */
function shownByProduct(): Shown {
  const viewport = document.querySelector('[role="application"]');
  const text = viewport?.textContent ?? '';
  const slice = /Slice (\d+)\//.exec(text);
  const count = viewport?.querySelector('[role="slider"][aria-label="Slice"]')?.getAttribute('aria-valuemax');
  return {
    index: slice === null ? null : Number(slice[1]),
    count: Number(count ?? 0),
    isLoaded: slice !== null && !/\d loaded/.test(text),
    isSharp: /Level \d+ of \d+/.test(text) && !/Sharpening|missing|Loading/.test(text),
  };
}

/** The reference pages write it on their root element. */
function shownByReference(): Shown {
  const { index, count, loaded, sharp } = document.documentElement?.dataset ?? {};
  return {
    index: index === undefined ? null : Number(index),
    count: Number(count ?? 0),
    isLoaded: loaded === 'yes',
    isSharp: sharp === 'yes',
  };
}

/** OHIF's viewports are Cornerstone's; what is on the screen is the image, not the wish. */
function shownByOhif(): Shown {
  interface Viewport {
    getImageIds?(): readonly string[];
    getCornerstoneImage?(): { readonly imageId: string } | undefined;
  }
  const { cornerstone } = window as unknown as {
    cornerstone?: {
      getRenderingEngines(): readonly { getViewports(): readonly Viewport[] }[];
      cache: { isLoaded(imageId: string): boolean };
    };
  };
  const viewport = cornerstone?.getRenderingEngines().flatMap((engine) => engine.getViewports())[0];
  const ids = viewport?.getImageIds?.() ?? [];
  const index = ids.indexOf(viewport?.getCornerstoneImage?.()?.imageId ?? '');
  return {
    index: index < 0 ? null : index + 1,
    count: ids.length,
    isLoaded: ids.length > 0 && ids.every((id) => cornerstone?.cache.isLoaded(id)),
    isSharp: true,
  };
}

/** The size of our viewport on the page: the references get the same. */
async function viewportOf(page: Page): Promise<{ width: number; height: number }> {
  const box = await page.getByRole('application').first().boundingBox();
  if (box === null) throw new Error('the reading page shows no viewport');
  return { width: Math.round(box.width), height: Math.round(box.height) };
}

function product(product: BenchProduct, open: string): Subject {
  return {
    name: 'Consilium',
    url: `${product.url}/consultations/${product.consultationId}/read?open=${open}`,
    shown: shownByProduct,
    navigator: '[role="application"] div[aria-hidden]:has(> img)',
  };
}

export async function seriesSubjects(bench: BenchProduct, page: Page): Promise<Subjects> {
  const ours = product(bench, `series.${bench.seriesUid}`);
  await page.goto(ours.url);
  const query = { study: bench.studyUid, series: bench.seriesUid, ...(await viewportOf(page)) };
  const floor: Subject = {
    ...{ name: 'bare canvas', url: bench.url + referencePath('series', query) },
    ...{ shown: shownByReference, navigator: '' },
  };
  const ohif: Subject = {
    ...{ name: 'OHIF', url: bench.url + referencePath('ohif', { StudyInstanceUIDs: bench.studyUid }) },
    ...{ shown: shownByOhif, navigator: '' },
  };
  return { ours, references: [ohif, floor] };
}

export async function slideSubjects(bench: BenchProduct, page: Page): Promise<Subjects> {
  const ours = product(bench, `slide.${bench.slide.id}`);
  await page.goto(ours.url);
  const query = { slide: bench.slide.id, ...(await viewportOf(page)) };
  const library: Subject = {
    ...{ name: 'bare OpenSeadragon', url: bench.url + referencePath('slide', query) },
    ...{ shown: shownByReference, navigator: '#navigator' },
  };
  return { ours, references: [library] };
}
