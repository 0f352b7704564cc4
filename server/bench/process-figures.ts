import { readdir, readFile } from 'node:fs/promises';

/** What the system says of processes; all is 0 where there is no /proc. */

export interface TreeMemory {
  /** The processes' resident memory added up: what several of them share counts several times. */
  readonly residentMb: number;
  /** Pages that n processes share count as one n-th for each (PSS): what would be free without them. */
  readonly proportionalMb: number;
  readonly processes: number;
}

/** /proc counts processor time in hundredths of a second on every Linux. */
const TICK_MS = 10;

/** Resident memory of one process, MB. */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

/** A process with everything it started. */
export async function memoryOfTree(pid: number): Promise<TreeMemory> {
  const pids = await treeOf(pid);
  const sums = await Promise.all(pids.map(residentMb));
  const proportional = await Promise.all(pids.map(proportionalKb));
  return {
    residentMb: sums.reduce((sum, mb) => sum + mb, 0),
    proportionalMb: Math.round(proportional.reduce((sum, kb) => sum + kb, 0) / 1024),
    processes: pids.length,
  };
}

/** Processor time of a process with everything it started, those that have ended included, ms. */
export async function cpuMsOfTree(pid: number): Promise<number> {
  const times = await Promise.all((await treeOf(pid)).map(cpuTicks));
  return times.reduce((sum, ticks) => sum + ticks, 0) * TICK_MS;
}

async function proportionalKb(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
}

/** User and system time, its own and that of children it has waited for (proc(5), fields 14 to 17 of stat). */
async function cpuTicks(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name of the program stands in brackets and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
}

async function treeOf(pid: number): Promise<number[]> {
  const below = await Promise.all((await childrenOf(pid)).map(treeOf));
  return [pid, ...below.flat()];
}

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  );
  return lists.flatMap((list) => list.split(' ').filter((one) => one !== '')).map(Number);
}
