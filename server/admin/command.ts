import type { ParseArgsConfig } from 'node:util';
import type { Services } from '#server/services.ts';

/** What a command was given: options by name, and what stood without one. */
export interface CommandInput {
  readonly options: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
  /** The first line of standard input. */
  readLine(): Promise<string>;
  readonly signal: AbortSignal;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** The line behind "admin", as --help prints it. */
  readonly usage: string;
  readonly details?: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  readonly required: readonly string[];
  readonly positionals: readonly string[];
  /** The result for stdout, and whether all is well. Throws AppError for a refusal. */
  run(services: Services, input: CommandInput): Promise<{ readonly result: string; readonly ok: boolean }>;
}

/** The text of an option that is required or has been checked to be there. */
export function textOption(input: CommandInput, name: string): string {
  const value = input.options[name];
  return typeof value === 'string' ? value : '';
}

/** The text of an option that may be left out. */
export function optionalText(input: CommandInput, name: string): string | null {
  const value = input.options[name];
  return typeof value === 'string' ? value : null;
}
