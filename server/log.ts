import { type DestinationStream, destination, type Logger, pino, stdSerializers } from 'pino';
import pretty from 'pino-pretty';
import type { LogLevel } from './config.ts';

export type Log = Logger;

/** An error as the log keeps it. Databases put values of the failed row into fields of their own: those stay out. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { type, message, stack } = stdSerializers.err(error);
  const cause = error.cause instanceof Error ? { cause: describeError(error.cause) } : {};
  return { type, message, stack, code: (error as NodeJS.ErrnoException).code, ...cause };
}

/**
 * The log goes to stderr: readable in a terminal, one JSON object a line otherwise. It never holds cookies,
 * credentials, addresses with identifiers, or what a patient's data says.
 */
export function createLog(level: LogLevel, stream?: DestinationStream): Log {
  const readable = (): DestinationStream => pretty({ destination: 2, colorize: true, ignore: 'pid,hostname' });
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError },
      redact: { paths: ['req.headers', 'headers', 'password', 'token', 'cookie', 'authorization'], remove: true },
    },
    stream ?? (process.stderr.isTTY ? readable() : destination({ dest: 2, sync: false })),
  );
}
