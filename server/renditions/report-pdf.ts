import { readFile } from 'node:fs/promises';
import { createWorkerPool } from '#server/codecs/worker-pool.ts';
import type { AnnotationId } from '#shared/ids.ts';
import type { ReportDocument } from '#shared/report/blocks.ts';

const TEMPLATE = new URL('./report.typ', import.meta.url);
const WORKER = new URL('./typeset-worker.ts', import.meta.url);
const MEMORY_MB = 1024;
const TIMEOUT_MS = 60_000;

/**
 * Sets a report as PDF. `pictures` holds JPEG files by annotation id; a figure without one says so on the page.
 * The words go in as data, so that no markup in them is ever obeyed. Runs in a process of its own that ends with the
 * job and gives its memory back. Throws READING_TIMEOUT, READING_MEMORY; the signal's reason.
 */
export async function typesetReport(
  document: ReportDocument,
  pictures: ReadonlyMap<AnnotationId, Uint8Array>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const names = new Map([...pictures.keys()].map((id, index) => [id, `picture-${index}.jpg`]));
  const data = { ...document, pictures: Object.fromEntries(names) };
  const files: Record<string, Uint8Array> = { 'data.json': new TextEncoder().encode(JSON.stringify(data)) };
  for (const [id, bytes] of pictures) files[names.get(id) ?? id] = bytes;

  const pool = createWorkerPool({ entry: WORKER, size: 1, memoryMb: MEMORY_MB, timeoutMs: TIMEOUT_MS });
  try {
    return (await pool.run('typeset', { template: await readFile(TEMPLATE), files }, signal)) as Uint8Array;
  } finally {
    await pool.close();
  }
}
