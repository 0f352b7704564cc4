import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type DicomJsonDataset, type DicomJsonValue, toDicomJson } from '#shared/dicom/dicom-json.ts';
import { parseDicomHeader } from '#shared/dicom/header.ts';
import { inflateBounded } from './inflate.ts';

const data = process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data');
/** The system's own: one in a virtual environment may come without the library. */
const python = ['/usr/bin/python3', 'python3'].find((one) => spawnSync(one, ['-c', 'import pydicom']).status === 0);
const present = existsSync(join(data, 'index.jsonl'));
const reason = python === undefined ? 'pydicom is not installed' : 'no test data at CONSILIUM_TEST_DATA';
const note = python !== undefined && present ? '' : ` (skipped: ${reason})`;

const SCRIPT = `
import sys, json, warnings, logging
warnings.simplefilter('ignore'); logging.disable(logging.CRITICAL)
import pydicom
TEXT = {'AE','AS','CS','DA','DT','LO','LT','PN','SH','ST','TM','UI','UT'}
NUMBER = {'US','SS','UL','SL'}
def walk(ds, path, out):
    for e in ds:
        if e.tag.group < 8 or e.tag.element == 0: continue
        key = path + '%08X' % e.tag
        try:
            if e.VR == 'SQ':
                for i, item in enumerate(e.value or []): walk(item, '%s/%d/' % (key, i + 1), out)
            elif e.VR in TEXT or e.VR in NUMBER:
                many = e.VM > 1 and not isinstance(e.value, (str, int))
                values = list(e.value) if many else [e.value]
                out[key] = [str(v).rstrip(' \\0').lstrip(' ') for v in values if v is not None and str(v) != '']
        except Exception: pass
for name in sys.stdin.read().split('\\n'):
    try:
        ds = pydicom.dcmread(name, stop_before_pixels=True, force=True)
        out = {}; walk(ds, '', out)
        print(json.dumps([name, out]))
    except Exception: pass
`;

type Values = Record<string, string[]>;

/** The same values of our own reading; every other element is left out. */
function ourValues(json: DicomJsonDataset, path = ''): Values {
  const found: Values = {};
  for (const [tag, { vr, Value = [] }] of Object.entries(json)) {
    if (vr === 'SQ') {
      for (const [i, item] of Value.entries())
        Object.assign(found, ourValues(item as DicomJsonDataset, `${path}${tag}/${i + 1}/`));
      // Private elements without a VR are bytes to us; pydicom knows those of some makers.
    } else if (vr !== 'UN') found[`${path}${tag}`] = Value.filter((value) => value !== null).map(textOf);
  }
  return found;
}

function textOf(value: DicomJsonValue): string {
  if (typeof value !== 'object' || value === null) return String(value).replace(/^ +| +$/g, '');
  const { Alphabetic = '', Ideographic = '', Phonetic = '' } = value as Record<string, string>;
  return [Alphabetic, Ideographic, Phonetic].join('=').replace(/=+$/, '');
}

// Oracle: an independent reader finds the same texts and numbers, in sequences of every kind and in private elements.
test.skipIf(note !== '')(
  `reads the same values as pydicom in real files${note}`,
  () => {
    const files = readFileSync(join(data, 'index.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { file: string }).file)
      .filter(
        (file, i) =>
          /^(charset|multiframe|objects|pixel|projection|pet|transfer-syntax|hostile\/pydicom)/.test(file) ||
          i % 12 === 0,
      );
    const { stdout } = spawnSync(python ?? '', ['-c', SCRIPT], {
      input: files.map((file) => join(data, file)).join('\n'),
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    const different: string[] = [];
    let compared = 0;
    for (const line of stdout.split('\n').filter(Boolean)) {
      const [path, theirs] = JSON.parse(line) as [string, Values];
      let json: DicomJsonDataset;
      try {
        json = toDicomJson(parseDicomHeader(readFileSync(path), { inflate: inflateBounded }));
      } catch {
        continue;
      }
      const ours = ourValues(json);
      for (const [key, values] of Object.entries(theirs)) {
        const mine = ours[key];
        if (mine === undefined) continue;
        compared++;
        const name = (text: string) => text.replace(/[\^ ]+(?==|$)/g, '').replace(/=+$/, '');
        if (mine.map(name).join('\\') !== values.map(name).join('\\')) {
          different.push(
            `${path.slice(data.length + 1)} ${key}: ${JSON.stringify(mine).slice(0, 80)} and not ${JSON.stringify(values).slice(0, 80)}`,
          );
        }
      }
    }
    expect(compared).toBeGreaterThan(5000);
    expect(different).toEqual([]);
  },
  120_000,
);
