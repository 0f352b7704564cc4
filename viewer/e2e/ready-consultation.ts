import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { APIRequestContext, Browser } from 'playwright-core';
import { expect } from 'vitest';
import { runAdmin } from '#server/admin/run-admin.ts';
import { consultationPaths } from '#shared/api/consultations.ts';
import type { Discipline } from '#shared/consultation/role.ts';
import { openWindow } from './browser.ts';
import { signIn } from './hands.ts';
import type { Product, TestUser } from './product.ts';

async function admin(product: Product, args: readonly string[]): Promise<string> {
  let result = '';
  let said = '';
  const environment = { ...process.env, DATA_DIR: join(product.folder, 'data'), DEMO: 'off' };
  const code = await runAdmin([...args], environment, {
    input: Readable.from([]),
    result: (text) => {
      result += text;
    },
    message: (text) => {
      said += text;
    },
  });
  if (code !== 0) throw new Error(`${args[0]} failed: ${said}`);
  return result.trim();
}

async function fire(request: APIRequestContext, id: string, event: string): Promise<void> {
  const { revision } = (await (await request.get(consultationPaths.one(id))).json()) as { revision: number };
  const answer = await request.post(consultationPaths.events(id), { data: { event, revision, reason: null } });
  expect(answer.status(), `${event}: ${await answer.text()}`).toBe(200);
}

/** A consultation whose material is in place and whose expert may begin; the short way, through CLI and API. */
export async function readyConsultation(
  product: Product,
  browser: Browser,
  facts: {
    readonly folder: string;
    readonly discipline: Discipline;
    readonly referrer: TestUser;
    readonly coordinator: TestUser;
    readonly expert: TestUser;
  },
): Promise<string> {
  const { referrer, coordinator, expert, discipline, folder } = facts;
  const words = ['--title', 'A question about images', '--question', 'What is it?', '--speciality', discipline];
  const more = ['--initials', 'T.T.', '--history', 'None.', '--diagnosis', 'Unknown.'];
  const id = await admin(product, ['create-consultation', '--referrer', referrer.email, ...words, ...more]);
  await admin(product, ['import', folder, '--consultation', id]);

  const sender = await openWindow(browser, product.url);
  await signIn(sender.page, referrer);
  await fire(sender.context.request, id, 'submit');
  await sender.context.close();

  const desk = await openWindow(browser, product.url);
  await signIn(desk.page, coordinator);
  const { request } = desk.context;
  const { experts } = (await (await request.get(consultationPaths.experts)).json()) as {
    experts: { id: string; name: string }[];
  };
  const { revision } = (await (await request.get(consultationPaths.one(id))).json()) as { revision: number };
  const expertId = experts.find(({ name }) => name === expert.name)?.id;
  const assigned = await request.put(consultationPaths.assignments(id), { data: { discipline, expertId, revision } });
  expect(assigned.status(), await assigned.text()).toBe(200);
  await fire(request, id, 'accept');
  await desk.context.close();
  return id;
}
