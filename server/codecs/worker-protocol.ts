/** What pool and worker process say to each other, and the worker's half of it. */
import { AppError, type ErrorCode, type ErrorParams } from '#shared/errors.ts';
import { sealWorker } from './compiled-modules.ts';

export interface WorkerRequest {
  readonly id: number;
  readonly task: string;
  readonly input: unknown;
}

export type WorkerReply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly code: ErrorCode; readonly params: ErrorParams }
  | { readonly id: number; readonly ok: false; readonly code: null; readonly message: string };

export type TaskTable = Readonly<Record<string, (input: never) => Promise<unknown>>>;

/** Answers the requests of the parent process until it hangs up or kills this one. */
export function serveTasks(tasks: TaskTable): void {
  const send = process.send?.bind(process);
  if (!send) throw new Error('this module runs as a worker process only');
  sealWorker();
  process.on('message', (request: WorkerRequest) => {
    answer(tasks, request).then(
      (value) => send({ id: request.id, ok: true, value } satisfies WorkerReply),
      (error: unknown) => send(refusal(request.id, error)),
    );
  });
}

async function answer(tasks: TaskTable, request: WorkerRequest): Promise<unknown> {
  const task = Object.hasOwn(tasks, request.task) ? tasks[request.task] : undefined;
  if (!task) throw new Error(`the worker knows no task ${request.task}`);
  return task(request.input as never);
}

function refusal(id: number, error: unknown): WorkerReply {
  if (error instanceof AppError) return { id, ok: false, code: error.code, params: error.params };
  // Memory asked for by a hostile file and refused by the engine is the file's fault, not ours.
  if (error instanceof RangeError && /allocation failed|Invalid (typed )?array length/i.test(error.message)) {
    return { id, ok: false, code: 'READING_MEMORY', params: {} };
  }
  return {
    id,
    ok: false,
    code: null,
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}
