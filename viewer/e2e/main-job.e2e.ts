import { readFile } from 'node:fs/promises';
import type { APIResponse, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { describeMeasurement } from '#shared/annotation/measurement.ts';
import { annotationPaths } from '#shared/api/annotations.ts';
import { type AuditRow, auditPaths } from '#shared/api/audit.ts';
import { consultationPaths } from '#shared/api/consultations.ts';
import { type Material, materialPaths } from '#shared/api/material.ts';
import { reportPaths } from '#shared/api/reports.ts';
import type { SignedVersion } from '#shared/report/report.ts';
import { everyPath, withOtherIds } from './consultation-paths.ts';
import { drag, eventually, middleOf, saved, takeTool, write } from './hands.ts';
import { hounsfieldInside } from './hounsfield.ts';
import { generatedMaterial, type JobMaterial, realDataFolder, realMaterial } from './main-job-material.ts';
import { fileOf, fillReport } from './main-job-report.ts';
import { createMainJobStage } from './main-job-stage.ts';
import { AUDITOR, COORDINATOR, PATHOLOGIST, RADIOLOGIST, REFERRER, STRANGER } from './main-job-users.ts';
import { AUDITED, FINDING, LUNG, QUESTIONS, TISSUE_FINDING, TITLE } from './main-job-words.ts';
import { TEST_PASSWORD, type TestUser } from './product.ts';
import { compareViews, measureView } from './shown-view.ts';

interface Answered {
  readonly parts: readonly SignedVersion[];
  readonly material: Material;
}

/** The main job from request to answer, one step a test; a step after a broken one is not tried. */
function describeMainJob(name: string, prepare: (folder: string) => Promise<JobMaterial>): void {
  const { open, close, window, pageOf, read, pictures, step } = createMainJobStage(name);
  let job: JobMaterial;
  let id = '';

  const annotationsOf = async (user: TestUser): Promise<Annotation[]> =>
    (await read<{ annotations: Annotation[] }>(user, annotationPaths.list(id))).annotations;
  const openFromWorklist = async (user: TestUser): Promise<Page> => {
    const page = await pageOf(user);
    await page.goto('/');
    await page.getByRole('link', { name: new RegExp(TITLE) }).click();
    await page.getByRole('region', { name: 'Next step' }).waitFor();
    return page;
  };

  describe(`the main job on ${name} material`, () => {
    beforeAll(async () => {
      job = await prepare((await open()).folder);
    });
    afterAll(close);

    step('1. the referrer asks, drops a folder and learns what became of every file', async () => {
      const page = await pageOf(REFERRER);
      await page.getByRole('link', { name: 'New consultation' }).first().click();
      await page.getByLabel('Title', { exact: true }).fill(TITLE);
      await page.getByLabel('Initials').fill('A.B.');
      await page.getByLabel('Birth year').fill('1961');
      await page.getByLabel('Question 1', { exact: true }).fill(QUESTIONS[0] ?? '');
      await page.getByLabel('Question 1', { exact: true }).press('Enter');
      await page.getByLabel('Question 2', { exact: true }).fill(QUESTIONS[1] ?? '');
      await page.getByLabel('History', { exact: true }).fill('Former smoker, persistent cough for six weeks.');
      await page.getByLabel('Working diagnosis', { exact: true }).fill('Primary lung carcinoma');
      await page.getByText('Both', { exact: true }).click();

      const outcome = page.getByRole('region', { name: 'What became of the files' });
      const progress = page.getByRole('region', { name: 'Files on their way' });
      await page.locator('input[data-chooser="folder"]').setInputFiles(job.folder);
      await progress.waitFor();
      await page.getByText(`${job.accepted} files were added.`).waitFor({ timeout: 90_000 });
      const refused = outcome.getByRole('list', { name: 'Files that were not taken' }).getByRole('listitem');
      await eventually(() => refused.count()).toBe(job.refused.length);
      const refusals = await refused.allTextContents();
      for (const file of job.refused) {
        const told = refusals.find((text) => text.includes(file));
        expect(told?.split(file)[1], `why ${file} was not taken`).toMatch(/\w+ \w+.*\.$/s);
      }
      await pictures(page, 'intake');

      id = page.url().split('/').pop() ?? '';
      const before = await read<Material>(REFERRER, materialPaths.material(id));
      await page.locator('input[data-chooser="folder"]').setInputFiles(job.folder);
      await page.getByText(/nothing was added twice/).waitFor({ timeout: 60_000 });
      await page.locator('input[data-chooser="files"]').setInputFiles(job.zip);
      await eventually(() => progress.count()).toBe(0);
      expect(await read<Material>(REFERRER, materialPaths.material(id))).toEqual(before);
      expect(before.studies.flatMap(({ series }) => series.map(({ instanceCount }) => instanceCount))).toEqual([
        job.slices,
      ]);
      expect(before.slides.map(({ name, mppX, objectivePower }) => [name, mppX, objectivePower])).toEqual([
        [job.slideName, job.mpp, job.objective],
      ]);
      expect(before.documents).toHaveLength(3);

      await page.getByRole('button', { name: 'Submit' }).click();
      await page.waitForURL(`**/consultations/${id}`);
      await page.getByText('With the coordinator').first().waitFor();
      await pictures(page, 'consultation');
    });

    step('2. the coordinator finds it in the worklist and assigns both experts', async () => {
      const page = await openFromWorklist(COORDINATOR);
      for (const [label, user] of [
        ['Radiologist', RADIOLOGIST],
        ['Pathologist', PATHOLOGIST],
      ] as const) {
        await page
          .getByRole('combobox', { name: label })
          .or(page.getByRole('textbox', { name: label }))
          .first()
          .click();
        await page.getByRole('option', { name: user.name }).click();
        await eventually(async () =>
          (
            await read<{ assignments: { expert: { name: string } }[] }>(COORDINATOR, consultationPaths.one(id))
          ).assignments.map(({ expert }) => expert.name),
        ).toContain(user.name);
      }
      await page.getByRole('button', { name: 'Send to the experts' }).click();
      await page.getByText('With the experts').first().waitFor();
      await page.goto('/');
      await pictures(page, 'worklist');
    });

    step('3. the radiologist reads, measures and marks; everything survives a reload', async () => {
      const page = await openFromWorklist(RADIOLOGIST);
      await page.getByRole('link', { name: 'Open the images' }).click();
      const viewport = page.getByRole('application');
      await viewport.getByText(`Slice 1/${job.slices}`).waitFor();
      const middle = await middleOf(viewport);
      await page.mouse.move(middle.x, middle.y);
      const wanted = Math.floor(job.slices / 2);
      for (let slice = 1; slice < wanted; slice += 1) {
        await page.mouse.wheel(0, 100);
        await viewport.getByText(`Slice ${slice + 1}/${job.slices}`).waitFor();
      }

      await viewport.focus();
      await page.keyboard.press('1');
      await viewport.getByText('W 400 L 40').waitFor();
      await takeTool(page, 'Window and level');
      await drag(page, middle, { x: middle.x + 60, y: middle.y + 30 });
      expect(await viewport.getByText(/^W \d+ L/).textContent()).not.toBe('W 400 L 40');
      await viewport.getByRole('button', { name: /Choose a preset/ }).click();
      await page.getByRole('menuitem', { name: /Lung/ }).click();
      await viewport.getByText(LUNG).waitFor();
      const zoomOf = async () => (await viewport.getByText(/^Zoom /).textContent()) ?? '';
      const fitted = await zoomOf();
      await takeTool(page, 'Zoom');
      await drag(page, middle, { x: middle.x, y: middle.y - 30 });
      expect(await zoomOf()).not.toBe(fitted);
      await takeTool(page, 'Pan');
      await drag(page, middle, { x: middle.x - 40, y: middle.y + 20 });

      await takeTool(page, 'Length');
      await drag(page, { x: middle.x - 150, y: middle.y - 60 }, { x: middle.x - 50, y: middle.y - 60 });
      await takeTool(page, 'Arrow');
      await drag(page, { x: middle.x + 150, y: middle.y + 160 }, { x: middle.x + 90, y: middle.y + 100 });
      await takeTool(page, 'Ellipse');
      await drag(page, { x: middle.x - 60, y: middle.y - 30 }, { x: middle.x + 60, y: middle.y + 70 });
      await eventually(async () => (await annotationsOf(RADIOLOGIST)).length).toBe(3);
      await saved(page);
      const label = page.getByLabel('Label of the annotation');
      await write(label, 'nodule');
      await saved(page);

      const drawn = await annotationsOf(RADIOLOGIST);
      const ellipse = drawn.find(({ geometry }) => geometry.kind === 'ellipse')!;
      expect(ellipse.label).toBe('nodule');
      expect(ellipse.view).toMatchObject({ kind: 'frame', windowCenter: -600, windowWidth: 1500 });
      const row = page.locator(`[data-annotation="${ellipse.id}"]`);
      expect(await row.textContent()).toContain(RADIOLOGIST.name);
      const statistics = await hounsfieldInside(await fileOf(job.ctFolder, ellipse), ellipse.geometry);
      const inWords = (['mean', 'standardDeviation', 'minimum', 'maximum'] as const).map((key, index) =>
        describeMeasurement({
          name: (['mean', 'standard-deviation', 'minimum', 'maximum'] as const)[index]!,
          value: statistics[key],
          unit: "[hnsf'U]",
          provenance: 'modality-rescale',
        }),
      );
      for (const words of inWords) expect(await row.textContent()).toContain(words);

      const before = await measureView(page, ellipse);
      await page.waitForURL(/[?&]view=/);
      await page.waitForTimeout(800);
      await page.reload();
      await viewport.getByText(LUNG).waitFor();
      await viewport.getByText(`Slice ${wanted}/${job.slices}`).waitFor();
      expect(await annotationsOf(RADIOLOGIST)).toEqual(drawn);
      await page.getByRole('tab', { name: /Annotations/ }).click();
      expect(await page.getByRole('list', { name: 'Annotations' }).getByRole('listitem').count()).toBe(3);
      const after = compareViews((await measureView(page, ellipse)).visible, before.visible);
      expect(after.cutOff).toBeLessThan(2);
      expect(after.apart).toBeLessThan(2);

      await row.getByRole('button').first().click();
      await row.getByLabel('Make a finding of this annotation').click();
      await write(page.getByLabel('Text of the finding'), FINDING);
      await saved(page);
      await pictures(page, 'radiology');
    });

    step('4. the pathologist reads the slide and measures in micrometres', async () => {
      const page = await openFromWorklist(PATHOLOGIST);
      await page.getByRole('link', { name: 'Open the images' }).click();
      const viewport = page.getByRole('application');
      await viewport.getByText(`Objective ${job.objective}×`).waitFor();
      await eventually(() => viewport.textContent()).toMatch(/\d+ (µm|mm)/);
      await viewport.getByRole('button', { name: '10×' }).click();
      await eventually(() => viewport.getByRole('button', { name: '10×' }).getAttribute('aria-pressed')).toBe('true');
      const middle = await middleOf(viewport);

      await takeTool(page, 'Ruler');
      await drag(page, { x: middle.x - 250, y: middle.y - 200 }, { x: middle.x - 50, y: middle.y - 200 });
      // 200 screen pixels at 10× of a slide scanned at `objective`: 200 · objective / 10 slide pixels.
      const micrometres = ((200 * job.objective) / 10) * job.mpp;
      await eventually(async () => (await annotationsOf(PATHOLOGIST)).length).toBe(4);
      const ruler = (await annotationsOf(PATHOLOGIST)).find(({ target }) => target.kind === 'slide')!;
      expect(ruler.measurements[0]?.unit).toBe('um');
      expect(Math.abs((ruler.measurements[0]?.value ?? 0) / micrometres - 1)).toBeLessThan(0.005);
      const rulerRow = page.locator(`[data-annotation="${ruler.id}"]`);
      expect(await rulerRow.textContent()).toContain(describeMeasurement(ruler.measurements[0]!));
      expect(await rulerRow.textContent()).toMatch(/Length \d+\.\d µm/);

      await takeTool(page, 'Rectangle');
      await drag(page, { x: middle.x - 200, y: middle.y + 60 }, { x: middle.x - 80, y: middle.y + 160 });
      await takeTool(page, 'Point');
      await page.mouse.click(middle.x + 180, middle.y - 120);
      await takeTool(page, 'Arrow');
      await drag(page, { x: middle.x + 220, y: middle.y + 200 }, { x: middle.x + 150, y: middle.y + 150 });
      await takeTool(page, 'Text');
      await page.mouse.click(middle.x + 60, middle.y - 240);
      await page.getByLabel('Text on the image').fill('Lamina propria');
      await page.getByLabel('Text on the image').press('Enter');
      await takeTool(page, 'Polygon');
      for (const [dx, dy] of [
        [-40, -60],
        [70, -50],
        [90, 40],
        [-30, 60],
      ] as const) {
        await page.mouse.click(middle.x + dx, middle.y + dy);
      }
      await page.keyboard.press('Enter');
      await eventually(async () => (await annotationsOf(PATHOLOGIST)).length).toBe(9);
      await saved(page);
      const drawn = await annotationsOf(PATHOLOGIST);
      const polygon = drawn.find(({ geometry }) => geometry.kind === 'polygon')!;
      expect(drawn.find(({ geometry }) => geometry.kind === 'text')?.label).toBe('Lamina propria');

      const before = await measureView(page, polygon);
      await page.waitForTimeout(800);
      await page.reload();
      await viewport.getByText(`Objective ${job.objective}×`).waitFor();
      await eventually(() => viewport.getByRole('button', { name: '10×' }).getAttribute('aria-pressed')).toBe('true');
      expect(await annotationsOf(PATHOLOGIST)).toEqual(drawn);
      await page.getByRole('tab', { name: /Annotations/ }).click();
      const after = compareViews((await measureView(page, polygon)).visible, before.visible);
      expect(after.cutOff).toBeLessThan(3);
      expect(after.apart).toBeLessThan(3);

      const row = page.locator(`[data-annotation="${polygon.id}"]`);
      await row.getByRole('button').first().click();
      await row.getByLabel('Make a finding of this annotation').click();
      const texts = page.getByLabel('Text of the finding');
      await write(texts.last(), TISSUE_FINDING);
      await saved(page);
      await pictures(page, 'pathology');
    });

    step('5. both experts report, cite and sign; what is signed no longer changes', async () => {
      const radiology = await pageOf(RADIOLOGIST);
      await radiology.getByRole('tab', { name: 'Report' }).click();
      await fillReport(
        radiology,
        ['Yes, most likely a primary carcinoma.', 'That is for the pathologist to say.'],
        /nodule/,
      );
      await saved(radiology);
      const form = radiology.getByRole('form', { name: 'Sign the report' });
      await form.getByLabel('Your password', { exact: true }).fill('not the password');
      await form.getByRole('button', { name: 'Sign the report' }).click();
      await form.getByRole('alert').waitFor();
      expect((await window(RADIOLOGIST)).takeComplaints().length).toBe(1);
      await pictures(radiology, 'report-panel');
      await form.getByLabel('Your password', { exact: true }).fill(TEST_PASSWORD);
      await form.getByRole('button', { name: 'Sign the report' }).click();
      await radiology.getByText(`Signed by ${RADIOLOGIST.name}`).waitFor();

      const pathology = await pageOf(PATHOLOGIST);
      await pathology.goto(`/consultations/${id}/report`);
      await fillReport(pathology, ['Not from the tissue.', 'Yes, invasive carcinoma.'], /Polygon/);
      await saved(pathology);
      await pictures(pathology, 'report-page');
      const sign = pathology.getByRole('form', { name: 'Sign the report' });
      await sign.getByLabel('Your password', { exact: true }).fill(TEST_PASSWORD);
      await sign.getByRole('button', { name: 'Sign the report' }).click();
      await pathology.getByText(`Signed by ${PATHOLOGIST.name}`).waitFor();
      const download = pathology.waitForEvent('download', { timeout: 60_000 });
      await pathology.getByRole('link', { name: 'Download the PDF' }).click({ timeout: 60_000 });
      expect((await readFile(await (await download).path())).subarray(0, 5).toString()).toBe('%PDF-');

      const { request } = (await window(RADIOLOGIST)).context;
      const mine = await request.get(reportPaths.mine(id));
      const { revision, content } = (await mine.json()) as { revision: number; content: unknown };
      const headers = { origin: new URL((await pageOf(RADIOLOGIST)).url()).origin };
      const changed = await request.put(reportPaths.mine(id), { headers, data: { revision, content } });
      expect(changed.status(), await changed.text()).toBeGreaterThanOrEqual(400);
      expect(changed.status()).toBeLessThan(500);
      const [annotation] = await annotationsOf(RADIOLOGIST);
      const { target, geometry, view, measurements, revision: stored } = annotation!;
      const moved = await request.put(annotationPaths.one(id, annotation!.id), {
        headers,
        data: { revision: stored, annotation: { target, geometry, view, measurements, label: 'changed' } },
      });
      expect(moved.status(), await moved.text()).toBeGreaterThanOrEqual(400);
      expect(moved.status()).toBeLessThan(500);
    });

    step('6. the referrer reads the answer and sees exactly what the experts saw', async () => {
      const page = await openFromWorklist(REFERRER);
      await page.getByRole('link', { name: 'Read the answer' }).click();
      await page.getByText('Most likely a primary lung carcinoma.').first().waitFor();
      await page.getByText(FINDING).first().waitFor();
      await page.waitForTimeout(500);
      await pictures(page, 'result');
      const { parts } = await answered(read);
      for (const { report } of parts) {
        const finding = report.findings[0]!;
        const annotation = report.annotations.find((one) => one.id === finding.annotationIds[0])!;
        const part = page.getByRole('article', { name: `Second opinion, ${report.discipline}` });
        await part.getByRole('button', { name: 'Show me' }).first().click();
        await page.waitForURL(new RegExp(`show=${annotation.id}`));
        const viewport = page.getByRole('application');
        if (annotation.view.kind === 'frame') {
          await viewport.getByText(LUNG).waitFor();
          await viewport.getByText(`Slice ${Math.floor(job.slices / 2)}/${job.slices}`).waitFor();
        } else {
          await viewport.getByText(`Objective ${job.objective}×`).waitFor();
        }
        await page.locator(`[data-mark="${annotation.id}"]`).waitFor();
        await eventually(async () => {
          const seen = compareViews((await measureView(page, annotation)).visible, annotation.view.visible);
          return seen.cutOff < 3 && seen.apart < 3 && Math.abs(seen.spare - 1) < 0.02;
        }).toBe(true);
        const cited = new Set(report.annotations.map((one) => one.id as string));
        const marks = await page
          .locator('[data-mark]')
          .evaluateAll((all) => all.map((one) => one.getAttribute('data-mark')));
        expect(marks.every((mark) => mark !== null && cited.has(mark))).toBe(true);
        await page.waitForTimeout(600);
        await pictures(page, `shown-${report.discipline}`);
        await page.goBack();
        await eventually(() => viewport.count()).toBe(0);
      }
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Download the PDF' }).first().click();
      expect((await readFile(await (await download).path())).subarray(0, 5).toString()).toBe('%PDF-');
    });

    step('7. every step left an audit row, and to another referrer nothing of it exists', async () => {
      const { rows } = await read<{ rows: AuditRow[] }>(AUDITOR, `${auditPaths.list}?consultationId=${id}&limit=500`);
      const actions = new Set(rows.filter(({ outcome }) => outcome === 'success').map(({ action }) => action));
      for (const action of AUDITED) expect(actions, action).toContain(action);
      const page = await pageOf(AUDITOR);
      await page.goto(`/audit?text=${id}`);
      await page.getByText('report.sign').first().waitFor();
      await pictures(page, 'audit');

      const { parts, material } = await answered(read);
      const { request } = (await window(STRANGER)).context;
      const paths = everyPath(id, parts, material);
      for (const path of paths) {
        const [theirs, nothing] = await Promise.all([request.get(path), request.get(withOtherIds(path))]);
        expect(theirs.status(), path).toBe(404);
        expect(await bodyOf(theirs), path).toEqual(await bodyOf(nothing));
        const own = await (await window(REFERRER)).context.request.get(path);
        expect([200, 403], `${path} for the referrer`).toContain(own.status());
      }
    });

    const answered = async (ask: typeof read): Promise<Answered> => ({
      parts: (await ask<{ versions: SignedVersion[] }>(REFERRER, reportPaths.list(id))).versions,
      material: await ask<Material>(REFERRER, materialPaths.material(id)),
    });
  });
}

async function bodyOf(answer: APIResponse): Promise<unknown> {
  return (await answer.json()) as unknown;
}

describeMainJob('generated', generatedMaterial);

const data = realDataFolder();
if (data !== null) describeMainJob('real', (folder) => realMaterial(data, folder));
else {
  const reason = 'no test data beside the repository and no CONSILIUM_TEST_DATA';
  process.stdout.write(`skipped: the main job on real material: ${reason}\n`);
  it.skip(`the main job on real material: ${reason}`, () => {});
}
