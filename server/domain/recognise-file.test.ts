import { expect, test } from 'vitest';
import type { SlideDescription } from '#shared/imaging/pyramid.ts';
import type { IngestReaders } from './ingest-ports.ts';
import { RECOGNISERS, recogniseFile } from './recognise-file.ts';

const nameOf = (head: Uint8Array): string => RECOGNISERS.find((row) => row.matches(head))?.name ?? 'nothing';
const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));
const preamble = (start: number[]) =>
  bytes(
    start,
    Array.from({ length: 128 - start.length }, () => 0),
    'DICM',
  );

test.each([
  ['DICOM Part 10', preamble([])],
  // PS3.10 section 7.1 allows a TIFF header in the preamble: such a file is DICOM first.
  ['DICOM Part 10', preamble([0x49, 0x49, 0x2a, 0])],
  ['TIFF slide', bytes([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0])],
  ['TIFF slide', bytes([0x4d, 0x4d, 0, 0x2b, 0, 8, 0, 0])],
  ['zip archive', bytes('PK', [3, 4], 'rest')],
  ['zip archive', bytes('PK', [5, 6], 'rest')],
  ['PDF', bytes('%PDF-1.4\n')],
  ['JPEG', bytes([0xff, 0xd8, 0xff, 0xe0])],
  ['PNG', bytes([0x89], 'PNG\r\n', [0x1a, 0x0a])],
  ['bare DICOM data set', bytes([8, 0, 5, 0], 'CS', [10, 0], 'ISO_IR 100')],
  ['bare DICOM data set', bytes([8, 0, 5, 0, 10, 0, 0, 0], 'ISO_IR 100')],
  ['bare DICOM data set', bytes([0, 8, 0, 5], 'CS', [0, 10], 'ISO_IR 100')],
  ['plain text', bytes('Dear colleague,\n')],
  ['plain text', bytes([0xef, 0xbb, 0xbf], 'Dear colleague,\n')],
])('%s', (name, head) => {
  expect(nameOf(head)).toBe(name);
});

test.each([
  ['SVG', bytes('<?xml version="1.0"?><svg/>')],
  ['HTML', bytes('\n  <!DOCTYPE html>')],
  ['a Windows program', bytes('MZ', [0x90, 0])],
  ['a Linux program', bytes([0x7f], 'ELF')],
  ['an old Office file', bytes([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])],
  ['a new Office file', bytes('PK', [3, 4], ' '.repeat(26), '[Content_Types].xml')],
  ['a shell script', bytes('#!/bin/sh\n')],
  ['a PDF behind something else', bytes('MZ%PDF-1.4')],
  ['rich text', bytes('{\\rtf1')],
  ['white space', bytes('   \n')],
  ['noise', bytes([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])],
])('nothing: %s', (_what, head) => {
  expect(nameOf(head)).toBe('nothing');
});

const refuse = (): never => {
  throw new Error('this reader is not to be asked');
};

/** Readers of a world in which pictures have `side` px a side, and every .zip is a slide's folder or none is. */
function readers(side: number, slideFolder: boolean): IngestReaders {
  return {
    dicom: { read: refuse, readHead: refuse },
    slides: {
      isSlideFolder: async () => slideFolder,
      describe: async () => ({ width: side, height: side }) as SlideDescription,
    },
    documents: { pdf: refuse, text: refuse, picture: async () => ({ width: side, height: side }) },
    archives: { files: refuse },
  };
}

test.each([
  ['a .zip that is a slide', bytes('PK', [3, 4], 'rest'), readers(9, true), 'slide'],
  ['a .zip of files', bytes('PK', [3, 4], 'rest'), readers(9, false), 'archive'],
  ['a photograph', bytes([0xff, 0xd8, 0xff, 0xe0]), readers(6000, false), 'document'],
  ['a picture of 49 megapixels', bytes([0xff, 0xd8, 0xff, 0xe0]), readers(7000, false), 'slide'],
])('%s', async (_what, head, world, kind) => {
  const file = { path: 'staged', sizeBytes: head.length };
  expect((await recogniseFile(world, file, head, new AbortController().signal)).kind).toBe(kind);
});
