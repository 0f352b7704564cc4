import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DicomJsonDataset, toDicomJson } from '#shared/dicom/dicom-json.ts';
import { parseDicomHeader } from '#shared/dicom/header.ts';
import { valueInspector } from '#shared/dicom/value-repairs.ts';

const data = process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data');
const present = existsSync(join(data, 'charset'));
const note = present ? '' : ' (skipped: no test data at CONSILIUM_TEST_DATA)';

const yamada = 'やまだ^たろう';
const phonetic = { Alphabetic: 'ﾔﾏﾀﾞ^ﾀﾛｳ', Ideographic: '山田^太郎', Phonetic: yamada };
const jerome = { Alphabetic: 'Buc^Jérôme' };
const korean = { Alphabetic: '김희중' };
const twice = <T>(value: T) => [value, value];

/** What pydicom 2.3 reads in these files (samples of PS3.5 annexes H to K among them). */
const EXPECTED: Readonly<Record<string, Readonly<Record<string, unknown[]>>>> = {
  'chrArab.dcm': { '00100010': [{ Alphabetic: 'قباني^لنزار' }] },
  'chrFren.dcm': { '00100010': [jerome] },
  'chrFrenMulti.dcm': { '00100010': [jerome], '00101001': twice(jerome) },
  'chrGerm.dcm': { '00100010': [{ Alphabetic: 'Äneas^Rüdiger' }] },
  'chrGreek.dcm': { '00100010': [{ Alphabetic: 'Διονυσιος' }] },
  'chrH31.dcm': { '00100010': [{ ...phonetic, Alphabetic: 'Yamada^Tarou' }] },
  'chrH32.dcm': { '00100010': [phonetic] },
  'chrHbrw.dcm': { '00100010': [{ Alphabetic: 'שרון^דבורה' }] },
  'chrI2.dcm': { '00100010': [{ Alphabetic: 'Hong^Gildong', Ideographic: '洪^吉洞', Phonetic: '홍^길동' }] },
  'chrJapMulti.dcm': {
    '00100010': [{ Alphabetic: yamada }],
    '00101001': twice({ Alphabetic: yamada }),
    '001021B0': ['たろう'],
  },
  'chrJapMultiExplicitIR6.dcm': {
    '00100010': [{ Alphabetic: yamada }],
    '00101001': twice({ Alphabetic: yamada }),
    '001021B0': ['たろう'],
  },
  'chrKoreanMulti.dcm': {
    '00081070': [korean],
    '00100010': [korean],
    '00101001': twice(korean),
    '001021B0': ['김희중'],
  },
  'chrRuss.dcm': { '00100010': [{ Alphabetic: 'Люкceмбypг' }] },
  'chrX1.dcm': { '00100010': [{ Alphabetic: 'Wang^XiaoDong', Ideographic: '王^小東' }] },
  'chrX2.dcm': { '00100010': [{ Alphabetic: 'Wang^XiaoDong', Ideographic: '王^小东' }] },
};

describe.skipIf(!present)(`names of real files as Unicode (PS3.3 C.12.1.1.2)${note}`, () => {
  const read = (file: string) => parseDicomHeader(readFileSync(join(data, 'charset', file)));

  test.each(Object.entries(EXPECTED))('%s', (file, values) => {
    const header = read(file);
    const json = toDicomJson(header, valueInspector(header.repairs));
    for (const [tag, value] of Object.entries(values)) expect(json[tag]?.Value, tag).toEqual(value);
    expect(header.repairs.list()).toEqual([]);
  });

  // PS3.3 C.12.1.1.2: an item may have a set of its own, and has that of the data set around it when it has none.
  test.each(['chrSQEncoding.dcm', 'chrSQEncoding1.dcm'])('%s: the set of an item', (file) => {
    const [item] = (toDicomJson(read(file))['00321064']?.Value ?? []) as DicomJsonDataset[];
    expect(item?.['00100010']?.Value).toEqual([phonetic]);
  });
});
