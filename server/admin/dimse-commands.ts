import { addDimsePeer, removeDimsePeer } from '#server/domain/dimse-peers.ts';
import type { Services } from '#server/services.ts';
import { consultationIdSchema } from '#shared/consultation/consultation.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId } from '#shared/ids.ts';
import { accountOf } from './account-commands.ts';
import { type Command, type CommandInput, optionalText, textOption } from './command.ts';

/** The allow-list of the DIMSE listener. */
export const dimsePeerCommand: Command = {
  name: 'dimse-peer',
  summary: 'add, list or remove the DICOM applications that may open DIMSE associations',
  usage:
    'dimse-peer add --ae-title T --user E [--address IP[/BITS]] [--consultation ID] [--host H --port N]\n' +
    '   or: dimse-peer list\n' +
    '   or: dimse-peer remove --ae-title T',
  details:
    'A peer acts as the account --user. What it stores goes to --consultation; --host and --port make it a destination ' +
    'of C-MOVE for peers of the same account; --address is where it must call from.',
  options: {
    'ae-title': { type: 'string' },
    user: { type: 'string' },
    address: { type: 'string' },
    consultation: { type: 'string' },
    host: { type: 'string' },
    port: { type: 'string' },
  },
  required: [],
  positionals: ['add, list or remove'],
  async run(services, input) {
    switch (input.positionals[0]) {
      case 'add':
        return { result: await add(services, input), ok: true };
      case 'list':
        return { result: await list(services), ok: true };
      case 'remove':
        await removeDimsePeer(services, textOption(input, 'ae-title'));
        return { result: textOption(input, 'ae-title'), ok: true };
      default:
        throw new AppError('REQUEST_INVALID', { where: 'dimse-peer', reason: 'must be add, list or remove' });
    }
  },
};

async function add(services: Services, input: CommandInput): Promise<string> {
  const account = await accountOf(services, '--user', textOption(input, 'user'));
  const aeTitle = textOption(input, 'ae-title').trim();
  await addDimsePeer(services, {
    ...{ aeTitle, userId: account.id, address: optionalText(input, 'address') },
    ...{ consultationId: consultationOf(input), destination: destinationOf(input) },
  });
  return aeTitle;
}

/** One JSON object a line. */
async function list({ db }: Services): Promise<string> {
  const peers = await db.dimse.peers();
  const lines = peers.map(async ({ userId, ...peer }) =>
    JSON.stringify({ ...peer, user: (await db.users.byId(userId))?.email ?? null }),
  );
  return (await Promise.all(lines)).join('\n');
}

function consultationOf(input: CommandInput): ConsultationId | null {
  const text = optionalText(input, 'consultation');
  if (text === null) return null;
  const id = consultationIdSchema.safeParse(text);
  if (!id.success) throw new AppError('REQUEST_INVALID', { where: '--consultation', reason: 'is not an id' });
  return id.data;
}

function destinationOf(input: CommandInput): { host: string; port: number } | null {
  const [host, port] = [optionalText(input, 'host'), optionalText(input, 'port')];
  if (host === null && port === null) return null;
  if (host === null || port === null || host.trim() === '') {
    throw new AppError('REQUEST_INVALID', { where: '--host', reason: 'and --port go together' });
  }
  return { host: host.trim(), port: /^\d{1,5}$/.test(port) ? Number(port) : 0 };
}
