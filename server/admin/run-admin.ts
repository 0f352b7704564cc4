import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type Environment, readConfig } from '#server/config.ts';
import { createLog } from '#server/log.ts';
import { openServices } from '#server/services.ts';
import { AppError } from '#shared/errors.ts';
import { createTokenCommand, createUser } from './account-commands.ts';
import type { Command, CommandInput } from './command.ts';
import { createConsultationCommand, importCommand } from './consultation-commands.ts';
import { deidentifyCommand } from './deidentify-command.ts';
import { dimsePeerCommand } from './dimse-commands.ts';
import { verify, verifyAudit } from './verify-commands.ts';

const COMMANDS: readonly Command[] = [
  createUser,
  createConsultationCommand,
  importCommand,
  deidentifyCommand,
  createTokenCommand,
  dimsePeerCommand,
  verify,
  verifyAudit,
];

const OK = 0;
const REFUSED = 1;
const WRONG_USAGE = 2;

interface Streams {
  readonly input: NodeJS.ReadableStream;
  readonly result: (text: string) => void;
  readonly message: (text: string) => void;
}

const CALL = 'npm run --silent admin --';

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const lines = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    `Usage: ${CALL} <command> [options]`,
    '',
    ...lines,
    '',
    `"${CALL} <command> --help" tells the options of one.`,
    'The same environment as for the server applies (DATA_DIR, DATABASE_URL …).',
    'Results go to stdout, messages to stderr. Exit code 0: done; 1: refused or failed; 2: wrong usage.',
    '',
  ].join('\n');
}

function helpOf({ usage, summary, details }: Command): string {
  const lines = [`Usage: ${CALL} ${usage}`, '', `  ${summary}`, ...(details === undefined ? [] : [`  ${details}`]), ''];
  return lines.join('\n');
}

type Parsed = Pick<CommandInput, 'options' | 'positionals'>;

/** The arguments of a command, or a sentence saying what is wrong with them. */
function readArguments(command: Command, args: string[]): Parsed | string {
  const options: NonNullable<ParseArgsConfig['options']> = {
    ...command.options,
    help: { type: 'boolean', short: 'h' },
  };
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
    if (values.help === true) return { options: values, positionals };
    for (const name of command.required) if (values[name] === undefined) return `--${name} is missing.`;
    if (positionals.length < command.positionals.length)
      return `${command.positionals[positionals.length]} is missing.`;
    if (positionals.length > command.positionals.length) return 'There is an argument too many.';
    return { options: values, positionals };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function firstLine(input: NodeJS.ReadableStream): Promise<string> {
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  try {
    const [line] = (await Promise.race([once(lines, 'line'), once(lines, 'close')])) as [string | undefined];
    return line ?? '';
  } finally {
    lines.close();
  }
}

/** Runs one command of the operator's command line and gives the exit code. */
export async function runAdmin(args: readonly string[], environment: Environment, streams: Streams): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    (name === undefined ? streams.message : streams.result)(overview());
    return name === undefined ? WRONG_USAGE : OK;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) {
    streams.message(`There is no command "${name}".\n\n${overview()}`);
    return WRONG_USAGE;
  }
  const parsed = readArguments(command, rest);
  if (typeof parsed === 'string') {
    streams.message(`${parsed}\n\n${helpOf(command)}`);
    return WRONG_USAGE;
  }
  if (parsed.options.help === true) {
    streams.result(helpOf(command));
    return OK;
  }
  return await runCommand(command, parsed, environment, streams);
}

async function runCommand(
  command: Command,
  parsed: Parsed,
  environment: Environment,
  streams: Streams,
): Promise<number> {
  const ending = new AbortController();
  const interrupt = () => ending.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const config = readConfig({ ...environment, LOG_LEVEL: environment.LOG_LEVEL ?? 'warn' });
    const services = await openServices(config, createLog(config.logLevel), []);
    try {
      const input = { ...parsed, readLine: () => firstLine(streams.input), signal: ending.signal };
      const { result, ok } = await command.run(services, input);
      streams.result(`${result}\n`);
      return ok ? OK : REFUSED;
    } finally {
      await services.close();
    }
  } catch (error) {
    streams.message(`${error instanceof AppError || ending.signal.aborted ? messageOf(error) : detailOf(error)}\n`);
    return REFUSED;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A defect or a machine in trouble: the operator gets everything there is. */
function detailOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
