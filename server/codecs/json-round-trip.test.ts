import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeElements, joined } from '#shared/dicom/deidentification/output-element.ts';
import {
  bulkDataOf,
  bulkDataPlace,
  type DicomJsonDataset,
  swappedWords,
  toDicomJson,
} from '#shared/dicom/dicom-json.ts';
import { encodeFileMeta } from '#shared/dicom/file-meta.ts';
import { type DicomHeader, parseDicomHeader } from '#shared/dicom/header.ts';
import { datasetFromJson } from '#shared/dicom/json-dataset.ts';
import { EXPLICIT_LITTLE_ENDIAN } from '#shared/dicom/transfer-syntax.ts';
import { inflateBounded } from './inflate.ts';

const data = process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data');
const present = existsSync(join(data, 'index.jsonl'));
const note = present ? '' : ' (skipped: no test data at CONSILIUM_TEST_DATA)';
const files = present
  ? readFileSync(join(data, 'index.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { file: string }).file)
      .filter((file, i) => !/^(ct|mr)\//.test(file) || i % 10 === 0)
  : [];

function headerOf(file: string): DicomHeader | null {
  try {
    return parseDicomHeader(readFileSync(join(data, file)), { inflate: inflateBounded });
  } catch {
    return null;
  }
}

function withoutSyntax(json: DicomJsonDataset): DicomJsonDataset {
  const { '00083002': _, ...rest } = json;
  return rest;
}

/** Metadata, written as a file without pixels. */
function rewritten(header: DicomHeader, json: DicomJsonDataset): { bytes: Uint8Array; coerced: boolean } {
  const { elements, coerced } = datasetFromJson(json, (uri) => {
    const path = uri.replace('bulkdata/', '');
    const place = bulkDataPlace(header, path);
    return swappedWords(bulkDataOf(header, path) ?? new Uint8Array(), place?.swappedWordBytes ?? 1);
  });
  const meta = encodeFileMeta({
    sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
    sopInstanceUid: '1.2.3',
    transferSyntaxUid: EXPLICIT_LITTLE_ENDIAN,
  });
  return { bytes: joined([meta, encodeElements(elements, { explicitVr: true, littleEndian: true })]), coerced };
}

// The law of PS3.18 annex F: a data set in JSON, written as a file and read again, is the same JSON.
test.skipIf(!present)(
  `metadata of real files comes back as it went in${note}`,
  () => {
    let compared = 0;
    const different: string[] = [];
    for (const file of files) {
      const header = headerOf(file);
      if (header === null) continue;
      const json = withoutSyntax(toDicomJson(header));
      // Directories and fragments of data sets are no objects to store.
      if (!('00080018' in json)) continue;
      let written: { bytes: Uint8Array; coerced: boolean };
      try {
        written = rewritten(header, json);
      } catch (error) {
        different.push(`${file}: ${(error as Error).message}`);
        continue;
      }
      const back = withoutSyntax(toDicomJson(parseDicomHeader(written.bytes)));
      compared++;
      // Numbers too long for a DS, which the file itself should not have, are rounded; the store says so.
      if (written.coerced) continue;
      // Text that declares no set is written in one that says so; commands have no place in an object.
      for (const key of new Set([...Object.keys(json), ...Object.keys(back)])) {
        if ((key === '00080005' && !(key in json)) || key < '0008') continue;
        const [sent, got] = [JSON.stringify(json[key]), JSON.stringify(back[key])];
        if (sent !== got) different.push(`${file} ${key}: ${sent?.slice(0, 300)} came back as ${got?.slice(0, 300)}`);
      }
    }
    expect(compared).toBeGreaterThan(150);
    expect(different).toEqual([]);
  },
  60_000,
);
