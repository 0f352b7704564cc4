/**
 * What `npm start` runs: the server, with its compiled modules kept for the next start, which then takes a third of the
 * time and never loads the compiler of TypeScript (20 MB). It is JavaScript itself, or that would be loaded for it.
 */
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

// Older versions of Node lack it, and main.ts tells them so. A folder that cannot be written is no reason to fail.
nodeModule.enableCompileCache?.(fileURLToPath(new URL('../node_modules/.cache/consilium', import.meta.url)));
await import('./main.ts');
