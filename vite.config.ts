import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const root = import.meta.dirname;
const server = process.env.SERVER_URL ?? `http://127.0.0.1:${process.env.PORT ?? '8080'}`;

/** The codecs are CommonJS; the dev server has to bundle each of them by itself. */
const codecs = [
  '@cornerstonejs/codec-charls/decodewasmjs',
  '@cornerstonejs/codec-openjpeg/decodewasmjs',
  '@cornerstonejs/codec-openjph/wasmjs',
];

export default defineConfig({
  root: process.env.VITEST === undefined ? join(root, 'viewer') : root,
  plugins: [react()],
  resolve: {
    alias: [
      // Nothing here reads PLY, STL or VTP meshes; without their readers a page is 113 kB lighter.
      {
        find: /^@kitware\/vtk\.js\/IO\/.*$/,
        replacement: join(root, 'viewer/engines/cornerstone/mesh-readers.ts'),
      },
    ],
  },
  build: {
    outDir: join(root, 'dist'),
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      // The codecs name Node modules for their use on servers; that says nothing about this build.
      onLog(level, log, handle) {
        if (!log.message.includes('has been externalized for browser compatibility')) handle(level, log);
      },
      checks: { pluginTimings: false },
      output: {
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules\/(react|react-dom|scheduler|react-router|@tanstack)\// },
            { name: 'interface', test: /node_modules\/(@mantine|@floating-ui|clsx|@tabler)\// },
            { name: 'schemas', test: /node_modules\/zod\// },
          ],
        },
      },
    },
  },
  worker: { format: 'es' },
  optimizeDeps: {
    include: codecs,
  },
  server: {
    strictPort: true,
    proxy: { '/api': { target: server, ws: true }, '/dicom-web': server },
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          // Two files at a time also where there are two cores: much of their time is spent waiting for a disk.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          sequence: { groupOrder: 0 },
          include: ['{server,fixtures,viewer}/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          // Values and functions without a world: files that share a process load the same modules once.
          name: 'shared',
          environment: 'node',
          include: ['shared/**/*.test.ts'],
          isolate: false,
          sequence: { groupOrder: 1 },
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          environment: 'node',
          sequence: { groupOrder: 2 },
          include: ['viewer/e2e/*.e2e.ts'],
          globalSetup: 'viewer/e2e/built-viewer.ts',
          // A page waits more than it works: two of them keep two cores busy.
          maxWorkers: 2,
          testTimeout: 240_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
