import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Consultation, Intake } from '#shared/consultation/consultation.ts';
import type { Discipline } from '#shared/consultation/role.ts';
import { DEMO_ACCOUNTS, type DemoAccount } from './demo-accounts.ts';
import { DEMO_CONSULTATION, DEMO_DRAFT, DEMO_SUBMITTED } from './demo-content.ts';
import { assignExpert } from './domain/assign-expert.ts';
import type { Account } from './domain/consultation-ports.ts';
import { createConsultation } from './domain/create-consultation.ts';
import { fireEvent } from './domain/fire-event.ts';
import { importPath } from './domain/import-path.ts';
import type { Principal } from './domain/ports.ts';
import { readConsultation } from './domain/read-consultation.ts';
import type { Services } from './services.ts';

const MAKE = fileURLToPath(new URL('../fixtures/make.ts', import.meta.url));

const asPrincipal = ({ id, name, role }: Account): Principal => ({ userId: id, name, role, via: 'session' });

/**
 * Makes the accounts of the demonstration, or takes them out of use. Their password is public: without DEMO it must
 * open nothing, also in a data directory that was begun with it.
 */
export async function prepareDemoAccounts({ db, accounts, config, clock }: Services): Promise<void> {
  for (const demo of DEMO_ACCOUNTS) {
    const account = await db.users.byEmail(demo.email);
    if (config.demo) {
      if (account === null) await accounts.create(demo);
      else if (!(await accounts.hasPassword(account.id))) await accounts.setPassword(account.id, demo.password);
    } else if (account !== null && (await accounts.hasPassword(account.id))) {
      await accounts.setPassword(account.id, null);
      for (const { id } of await db.tokens.list(account.id)) {
        await db.tokens.revoke(account.id, id, clock.now().toISOString());
      }
    }
  }
}

/** Generates the material in a process of its own: it is heavy work, and the server is answering already. */
async function makeMaterial(folder: string, small: boolean, signal: AbortSignal): Promise<void> {
  const child = spawn(process.execPath, [MAKE, folder, ...(small ? ['--small'] : [])], {
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(-2000);
  });
  const [code] = (await once(child, 'close', { signal })) as [number | null];
  if (code !== 0) throw new Error(`the demonstration material could not be made: ${complaint}`);
}

/** What the demonstration does, each step as the person who would do it. */
class DemoLoader {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  async person(email: string): Promise<Principal> {
    const account = await this.#services.db.users.byEmail(email);
    if (account === null) throw new Error(`the demonstration account ${email} is missing`);
    return asPrincipal(account);
  }

  /** The consultation of this title, opened now unless an earlier start got that far. */
  async open(referrer: Principal, intake: Intake): Promise<Consultation> {
    const { db } = this.#services;
    const states = { asReferrer: ['draft', 'submitted', 'ready'], asExpert: [], asAnybody: [] } as const;
    const mine = await db.consultations.list(referrer.userId, states, 500);
    const begun = mine.find(({ title }) => title === intake.title);
    if (begun !== undefined) return await readConsultation(this.#services, referrer, begun.id);
    return await createConsultation(this.#services, referrer, intake);
  }

  async submit({ id, state }: Consultation, referrer: Principal): Promise<void> {
    if (state !== 'draft') return;
    await fireEvent(this.#services, { consultationId: id, event: 'submit', actor: referrer, reason: null });
  }

  async assign(
    id: Consultation['id'],
    coordinator: Principal,
    discipline: Discipline,
    expert: Principal,
  ): Promise<void> {
    const { revision } = await readConsultation(this.#services, coordinator, id);
    await assignExpert(this.#services, coordinator, {
      consultationId: id,
      discipline,
      expertId: expert.userId,
      revision,
    });
  }

  async accept(id: Consultation['id'], coordinator: Principal): Promise<void> {
    const { state } = await readConsultation(this.#services, coordinator, id);
    if (state !== 'submitted') return;
    await fireEvent(this.#services, { consultationId: id, event: 'accept', actor: coordinator, reason: null });
  }
}

const emailOf = (role: DemoAccount['role'], nth = 0): string =>
  DEMO_ACCOUNTS.filter((account) => account.role === role)[nth]?.email ?? '';

/** True when the demonstration is still to be loaded, or was interrupted before its main consultation left draft. */
async function isWanted({ db }: Services, referrer: Principal): Promise<boolean> {
  if (await db.consultations.isEmpty()) return true;
  const drafts = { asReferrer: ['draft', 'submitted'], asExpert: [], asAnybody: [] } as const;
  const mine = await db.consultations.list(referrer.userId, drafts, 500);
  return mine.some(({ title }) => title === DEMO_CONSULTATION.title);
}

/**
 * Fills an empty database with the demonstration: one consultation ready to be read, one submitted, one draft. Every
 * step goes through the same use cases as a person's; an interrupted one is taken up at the next start.
 */
export async function loadDemo(services: Services, signal: AbortSignal, { small = false } = {}): Promise<void> {
  const { config, log, material } = services;
  const demo = new DemoLoader(services);
  const [referrer, second, coordinator, radiologist, pathologist] = await Promise.all([
    demo.person(emailOf('referrer')),
    demo.person(emailOf('referrer', 1)),
    demo.person(emailOf('coordinator')),
    demo.person(emailOf('radiologist')),
    demo.person(emailOf('pathologist')),
  ]);
  if (!(await isWanted(services, referrer))) return;
  log.info('the demonstration is being generated; it appears in the worklist within a minute or two');

  const main = await demo.open(referrer, DEMO_CONSULTATION);
  await demo.open(referrer, DEMO_DRAFT);
  const other = await demo.open(second, DEMO_SUBMITTED);
  await demo.submit(other, second);

  const folder = await mkdtemp(join(config.dataDir, 'demo-'));
  try {
    await makeMaterial(folder, small, signal);
    for (const part of ['ct', 'slide', 'documents']) {
      const request = { path: join(folder, part), consultationId: main.id, actor: referrer };
      const { refused } = await importPath(material.ingest, request, signal);
      const [first] = refused;
      // It stays a draft and is taken up again at the next start: a demonstration without its images is none.
      if (first !== undefined) throw new Error(`${refused.length} files of ${part} were refused: ${first.sentence}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await demo.submit(main, referrer);
  await demo.assign(main.id, coordinator, 'radiology', radiologist);
  await demo.assign(main.id, coordinator, 'pathology', pathologist);
  await demo.accept(main.id, coordinator);
  log.info('the demonstration is ready');
}
