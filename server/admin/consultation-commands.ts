import { createConsultation } from '#server/domain/create-consultation.ts';
import { importPath } from '#server/domain/import-path.ts';
import type { Principal } from '#server/domain/ports.ts';
import {
  consultationIdSchema,
  type Intake,
  intakeSchema,
  SPECIALITIES,
  URGENCIES,
} from '#shared/consultation/consultation.ts';
import { AppError } from '#shared/errors.ts';
import { accountOf } from './account-commands.ts';
import { type Command, type CommandInput, optionalText, textOption } from './command.ts';

function intakeOf(input: CommandInput): Intake {
  const { question } = input.options;
  const questions = Array.isArray(question) ? question.filter((text) => typeof text === 'string') : [];
  const parsed = intakeSchema.safeParse({
    title: textOption(input, 'title'),
    speciality: optionalText(input, 'speciality') ?? 'both',
    urgency: optionalText(input, 'urgency') ?? 'routine',
    // Made without a page, the draft has no patient yet; its referrer fills that in.
    patient: { initials: optionalText(input, 'initials') ?? '–', birthYear: null, sex: 'unknown', reference: '' },
    history: optionalText(input, 'history') ?? '',
    workingDiagnosis: optionalText(input, 'diagnosis') ?? '',
    questions: questions.map((text) => ({ text })),
  });
  if (parsed.success) return parsed.data;
  const where = `--${String(parsed.error.issues[0]?.path.at(-1) ?? 'title')}`;
  throw new AppError('REQUEST_INVALID', { where, reason: 'is not valid' });
}

export const createConsultationCommand: Command = {
  name: 'create-consultation',
  summary: 'open a draft that belongs to a referrer; prints its id',
  usage:
    'create-consultation --referrer E --title T [--question Q]… [--speciality S] [--urgency U] [--initials I] ' +
    '[--history H] [--diagnosis D]',
  details: `Specialities: ${SPECIALITIES.join(', ')}. Urgencies: ${URGENCIES.join(', ')}.`,
  options: {
    referrer: { type: 'string' },
    title: { type: 'string' },
    question: { type: 'string', multiple: true },
    speciality: { type: 'string' },
    urgency: { type: 'string' },
    initials: { type: 'string' },
    history: { type: 'string' },
    diagnosis: { type: 'string' },
  },
  required: ['referrer', 'title'],
  positionals: [],
  async run(services, input) {
    const { id, name, role } = await accountOf(services, '--referrer', textOption(input, 'referrer'));
    if (role !== 'referrer') {
      throw new AppError('REQUEST_INVALID', { where: '--referrer', reason: 'names somebody who is not a referrer' });
    }
    const principal: Principal = { userId: id, name, role, via: 'session' };
    const consultation = await createConsultation(services, principal, intakeOf(input));
    return { result: consultation.id, ok: true };
  },
};

export const importCommand: Command = {
  name: 'import',
  summary: 'bring a file, a folder or a .zip into a consultation; prints what was stored and what was refused',
  usage: 'import PATH --consultation ID',
  details: 'Files that are there already count as stored. Refused files do not make the command fail.',
  options: { consultation: { type: 'string' } },
  required: ['consultation'],
  positionals: ['PATH'],
  async run({ material }, input) {
    const id = consultationIdSchema.safeParse(textOption(input, 'consultation'));
    if (!id.success) throw new AppError('REQUEST_INVALID', { where: '--consultation', reason: 'is not an id' });
    const path = input.positionals[0] ?? '';
    const report = await importPath(material.ingest, { path, consultationId: id.data, actor: null }, input.signal);
    return { result: JSON.stringify(report), ok: true };
  },
};
