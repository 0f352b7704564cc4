import { readdir, readFile } from 'node:fs/promises';

/** Resident memory of one process, MB; 0 where there is no /proc. */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

/** Resident memory of a process with everything it started, MB. */
export async function residentTreeMb(pid: number): Promise<number> {
  const below = await Promise.all((await childrenOf(pid)).map(residentTreeMb));
  return below.reduce((sum, mb) => sum + mb, await residentMb(pid));
}

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  );
  return lists.flatMap((list) => list.split(' ').filter((one) => one !== '')).map(Number);
}
