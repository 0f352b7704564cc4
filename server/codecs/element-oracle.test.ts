import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import dicomParser from 'dicom-parser';
import { expect, test } from 'vitest';
import type { DicomElements } from '#shared/dicom/element-scan.ts';
import { parseDicomHeader } from '#shared/dicom/header.ts';
import { hexTag } from '#shared/dicom/tag.ts';

const data = process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data');
const present = existsSync(join(data, 'index.jsonl'));
const note = present ? '' : ` (skipped: no test data at CONSILIUM_TEST_DATA)`;

type Tree = Record<string, number | Tree[]>;

function ourTree(elements: DicomElements): Tree {
  return Object.fromEntries(
    [...elements.values()]
      .filter(({ tag }) => (tag & 0xffff) !== 0)
      .map(({ tag, items, lengthBytes }) => [hexTag(tag), items?.map(ourTree) ?? lengthBytes]),
  );
}

function theirTree(dataSet: dicomParser.DataSet): Tree {
  return Object.fromEntries(
    Object.values(dataSet.elements)
      .filter(
        ({ tag }) =>
          !tag.endsWith('0000') && !tag.startsWith('x0002') && !tag.startsWith('x7fe0') && !tag.startsWith('xfffe'),
      )
      .map(({ tag, items, length }) => [
        tag.slice(1).toUpperCase(),
        items?.map((item) => (item.dataSet ? theirTree(item.dataSet) : {})) ?? length,
      ]),
  );
}

// Oracle: an independent parser must find the same elements, lengths and nesting.
test.skipIf(!present)(`finds the same elements as dicom-parser in real files${note}`, () => {
  const files = readFileSync(join(data, 'index.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { file: string }).file)
    .filter((file) => /^(ct\/.*\/|mr\/.*\/|objects|multiframe|charset|projection|pet)/.test(file))
    .filter((_, i) => i % 5 === 0);
  expect(files.length).toBeGreaterThan(20);
  let compared = 0;
  for (const file of files) {
    const bytes = new Uint8Array(readFileSync(join(data, file)));
    let theirs: Tree;
    try {
      theirs = theirTree(dicomParser.parseDicom(bytes, { untilTag: 'x7fe00010' }));
    } catch {
      continue;
    }
    const header = (() => {
      try {
        return parseDicomHeader(bytes);
      } catch {
        return null;
      }
    })();
    if (header === null) continue;
    expect(ourTree(header.dataset.elements), file).toEqual(theirs);
    compared++;
  }
  expect(compared).toBeGreaterThan(files.length / 2);
});
