/**
 * What `npm start` runs: the server, with its compiled modules kept for the next start, which then takes a third of the
 * time and never loads the compiler of TypeScript (20 MB). It is JavaScript itself, or that would be loaded for it.
 */
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * The C library of Linux has a heap for each of up to eight threads a core, and gives little of them back. Two are as
 * quick here and hold some megabytes less. It reads the setting when a process starts, so this one starts once more in
 * its own place: same number, same files, same signals.
 */
function withFewHeaps() {
  const { argv, env, execArgv, execPath, execve, platform } = process;
  if (platform !== 'linux' || env.MALLOC_ARENA_MAX !== undefined || process.connected || execve === undefined) return;
  try {
    execve.call(process, execPath, [execPath, ...execArgv, ...argv.slice(1)], { ...env, MALLOC_ARENA_MAX: '2' });
  } catch {
    // It serves as well as it is.
  }
}

withFewHeaps();
// Older versions of Node lack it, and main.ts tells them so. A folder that cannot be written is no reason to fail.
nodeModule.enableCompileCache?.(fileURLToPath(new URL('../node_modules/.cache/consilium', import.meta.url)));
await import('./main.ts');
