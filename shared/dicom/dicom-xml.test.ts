import { describe, expect, test } from 'vitest';
import type { DicomJsonElement } from './dicom-json.ts';
import { toNativeXml } from './dicom-xml.ts';

const inner = (tag: string, element: DicomJsonElement): string =>
  toNativeXml({ [tag]: element }).replace(/^[\s\S]*?preserve">|<\/NativeDicomModel>$/g, '');

describe('PS3.19 section A.1', () => {
  test.each<[string, string, DicomJsonElement, string]>([
    [
      'values are numbered',
      '00280030',
      { vr: 'DS', Value: [0.5, 1] },
      '<Value number="1">0.5</Value><Value number="2">1</Value>',
    ],
    [
      'an empty value keeps its number',
      '00080008',
      { vr: 'CS', Value: ['A', null] },
      '<Value number="1">A</Value><Value number="2"/>',
    ],
    [
      'bulk data is referred to',
      '00420011',
      { vr: 'OB', BulkDataURI: 'http://h/a?b&c' },
      '<BulkData uri="http://h/a?b&amp;c"/>',
    ],
    ['short bytes are inline', '00420011', { vr: 'OB', InlineBinary: 'AAA=' }, '<InlineBinary>AAA=</InlineBinary>'],
    [
      'items hold attributes',
      '00081140',
      { vr: 'SQ', Value: [{}, { '00080018': { vr: 'UI', Value: ['1.2'] } }] },
      '<Item number="1"></Item><Item number="2"><DicomAttribute tag="00080018" vr="UI" keyword="SOPInstanceUID"><Value number="1">1.2</Value></DicomAttribute></Item>',
    ],
    [
      'names have groups and parts',
      '00100010',
      { vr: 'PN', Value: [{ Alphabetic: 'Yamada^Tarou^^Dr', Ideographic: '山田^太郎' }] },
      '<PersonName number="1"><Alphabetic><FamilyName>Yamada</FamilyName><GivenName>Tarou</GivenName><NamePrefix>Dr</NamePrefix></Alphabetic><Ideographic><FamilyName>山田</FamilyName><GivenName>太郎</GivenName></Ideographic></PersonName>',
    ],
  ])('%s', (_, tag, element, content) => {
    expect(inner(tag, element)).toContain(`>${content}</DicomAttribute>`);
  });

  test('an attribute without value is empty; a private one has no keyword', () => {
    expect(inner('00080050', { vr: 'SH' })).toBe('<DicomAttribute tag="00080050" vr="SH" keyword="AccessionNumber"/>');
    expect(inner('00091001', { vr: 'LO' })).toBe('<DicomAttribute tag="00091001" vr="LO"/>');
  });

  test('nothing in a value can become markup or break the document', () => {
    const text = inner('00104000', { vr: 'LT', Value: ['</Value><x a="b">&\u0000\u001b\r\n\ud800😀'] });
    expect(text).toContain('&lt;/Value&gt;&lt;x a=&quot;b&quot;&gt;&amp;\ufffd\ufffd&#13;\n\ufffd😀</Value>');
  });
});
