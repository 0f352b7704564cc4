import { describe, expect, test } from 'vitest';
import type { DicomJsonDataset } from './dicom-json.ts';
import { readReport, referencedInstances } from './structured-report.ts';
import { reportHtml, reportText } from './structured-report-html.ts';

const value = (vr: string, ...Value: DicomJsonDataset[] | string[] | number[]) => ({ vr, Value });
const code = (meaning: string, text = 'C', scheme = 'DCM') =>
  value('SQ', {
    '00080100': value('SH', text),
    '00080102': value('SH', scheme),
    '00080104': value('LO', meaning),
  });
const item = (valueType: string, concept: string, more: DicomJsonDataset): DicomJsonDataset => ({
  '0040A010': value('CS', 'CONTAINS'),
  '0040A040': value('CS', valueType),
  '0040A043': code(concept),
  ...more,
});
const document = (...content: DicomJsonDataset[]): DicomJsonDataset => ({
  '0040A040': value('CS', 'CONTAINER'),
  '0040A043': code('Report'),
  '0040A730': value('SQ', ...content),
});
const first = (content: DicomJsonDataset) => readReport(document(content)).root.children[0];
const measured = (number: string, unit: DicomJsonDataset['']) =>
  item('NUM', 'Size', { '0040A300': value('SQ', { '0040A30A': value('DS', number), '004008EA': unit ?? code('?') }) });

describe('PS3.3 table C.17.3-8: value types in words', () => {
  test.each([
    [item('TEXT', 'Finding', { '0040A160': value('UT', 'one\r\ntwo') }), 'one\ntwo'],
    [item('CODE', 'Site', { '0040A168': code('Liver') }), 'Liver'],
    [measured('12.5', code('millimeter', 'mm', 'UCUM')), '12.5 mm (millimeter)'],
    [measured('3', code('mm', 'mm', 'UCUM')), '3 mm'],
    [measured('0.4', code('no units', '1', 'UCUM')), '0.4'],
    [measured('7', code('ratio', '1', 'UCUM')), '7 ratio'],
    [item('NUM', 'Size', { '0040A301': code('Value unknown') }), 'Value unknown'],
    [item('NUM', 'Size', {}), 'no value'],
    [item('DATE', 'On', { '0040A121': value('DA', '20240131') }), '2024-01-31'],
    [item('TIME', 'At', { '0040A122': value('TM', '0102') }), '01:02:00'],
    [item('DATETIME', 'At', { '0040A120': value('DT', '202401310102') }), '2024-01-31 01:02:00'],
    [item('DATE', 'On', { '0040A121': value('DA', 'soon') }), 'soon'],
    [item('UIDREF', 'Of', { '0040A124': value('UI', '1.2.3') }), '1.2.3'],
    [
      item('PNAME', 'By', {
        '0040A123': { vr: 'PN', Value: [{ Alphabetic: 'Yamada^Tarou', Ideographic: '山田^太郎' }] },
      }),
      'Yamada, Tarou (山田, 太郎)',
    ],
    [item('SCOORD', 'Where', { '00700023': value('CS', 'POINT'), '00700022': value('FL', 1.5, 2) }), 'POINT: 1.5 2'],
    [item('TCOORD', 'When', { '0040A130': value('CS', 'SEGMENT'), '0040A138': value('DS', 1, 2) }), 'SEGMENT: 1 2'],
    [item('', 'See', { '0040DB73': value('UL', 1, 2, 3) }), 'see item 1.2.3'],
  ])('%#: %s', (content, words) => {
    expect(first(content)?.value).toBe(words);
  });

  test('IMAGE names its object and frames', () => {
    const content = item('IMAGE', 'Seen', {
      '00081199': value('SQ', { '00081155': value('UI', '1.2.3'), '00081160': value('IS', 2, 5) }),
    });
    expect(first(content)).toMatchObject({ reference: { sopInstanceUid: '1.2.3', frames: [2, 5] } });
    expect([...referencedInstances(readReport(document(content)).root)]).toEqual(['1.2.3']);
  });
});

describe('as a page and as text', () => {
  const hostile = '</span><script>alert(1)</script>" onmouseover="x';
  const dataset: DicomJsonDataset = {
    ...document(
      item('CONTAINER', 'Findings', {
        '0040A730': value('SQ', item('TEXT', hostile, { '0040A160': value('UT', hostile) })),
      }),
      item('TEXT', 'Why', { '0040A010': value('CS', 'INFERRED FROM'), '0040A160': value('UT', 'Because') }),
    ),
    '00100010': { vr: 'PN', Value: [{ Alphabetic: `${hostile}^\u202eevil` }] },
    '0040A493': value('CS', 'VERIFIED'),
    '0040A073': value('SQ', {
      '0040A075': { vr: 'PN', Value: [{ Alphabetic: 'Doe^Jane' }] },
      '0040A027': value('LO', 'Clinic'),
    }),
  };

  test('nothing of the document becomes markup (B-rules of hostile text)', () => {
    const html = reportHtml(readReport(dataset), () => `javascript:"'<>`);
    expect(html).not.toMatch(/<script|onmouseover="|\u202e/);
    expect(html.match(/&lt;script&gt;/g)?.length).toBe(3);
  });

  test('containers are headings, relations and verification are said', () => {
    const html = reportHtml(readReport(dataset), () => null);
    expect(html).toContain('<h2 title="C, DCM">Findings</h2>');
    expect(html).toContain('inferred from');
    expect(html).toContain('Doe, Jane, Clinic');
    expect(reportText(readReport(dataset))).toContain('\n(inferred from) Why: Because\n');
  });

  test('a tree without end is cut with a word about it', () => {
    let content = item('TEXT', 'deepest', { '0040A160': value('UT', 'hidden') });
    for (let depth = 0; depth < 200; depth++)
      content = item('CONTAINER', `level ${depth}`, { '0040A730': value('SQ', content) });
    const html = reportHtml(readReport(document(content)), () => null);
    expect(html).toContain('Deeper levels of the document are not shown here.');
    expect(html).not.toContain('hidden');
  });

  test('what is odd is left out, never refused', () => {
    expect(readReport({})).toMatchObject({ title: 'Structured report', header: [], root: { children: [] } });
    const odd = { '0040A730': value('LO', 'no sequence'), '0040A043': { vr: 'SQ' }, '00100010': value('LO', 'x') };
    expect(reportText(readReport(odd))).toContain('Structured report');
  });
});
