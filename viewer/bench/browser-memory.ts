import { readdir, readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  );
  return lists.flatMap((list) =>
    list
      .split(' ')
      .filter((one) => one !== '')
      .map(Number),
  );
}

async function familyOf(pid: number): Promise<number[]> {
  const children = await childrenOf(pid);
  return [pid, ...(await Promise.all(children.map(familyOf))).flat()];
}

/**
 * Memory of all processes of a browser, shared pages counted in shares (PSS), in MiB. Null where the system does not
 * tell: only Linux does.
 */
export async function browserMemoryMb(browser: Browser): Promise<number | null> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const root = processInfo.find(({ type }) => type === 'browser');
  const sizes = await Promise.all(
    (root === undefined ? [] : await familyOf(root.id)).map(async (pid) => {
      const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
      return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
    }),
  );
  const kibibytes = sizes.reduce((sum, size) => sum + size, 0);
  return kibibytes === 0 ? null : kibibytes / 1024;
}
