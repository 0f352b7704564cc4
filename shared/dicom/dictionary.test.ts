import { expect, test } from 'vitest';
import { findTag, implicitVr, keywordOf } from './dictionary.ts';
import { sopClassOf } from './sop-class.ts';
import { formatTag, hexTag, TAG } from './tag.ts';
import { findTransferSyntax, transferSyntaxOf } from './transfer-syntax.ts';

test('the tags this program names are those of PS3.6', () => {
  const renamed: Record<string, string> = {
    RedPaletteDescriptor: 'RedPaletteColorLookupTableDescriptor',
    GreenPaletteDescriptor: 'GreenPaletteColorLookupTableDescriptor',
    BluePaletteDescriptor: 'BluePaletteColorLookupTableDescriptor',
    RedPaletteData: 'RedPaletteColorLookupTableData',
    GreenPaletteData: 'GreenPaletteColorLookupTableData',
    BluePaletteData: 'BluePaletteColorLookupTableData',
    RedPaletteSegments: 'SegmentedRedPaletteColorLookupTableData',
    GreenPaletteSegments: 'SegmentedGreenPaletteColorLookupTableData',
    BluePaletteSegments: 'SegmentedBluePaletteColorLookupTableData',
  };
  for (const [name, tag] of Object.entries(TAG)) expect(keywordOf(tag), name).toBe(renamed[name] ?? name);
});

test('repeating groups share an entry, private and unknown tags have none', () => {
  expect(findTag(0x60020010)?.keyword).toBe('OverlayRows');
  expect(findTag(0x00091001)).toBeUndefined();
  expect(implicitVr(0x00090010)).toBe('LO');
  expect(implicitVr(0x00091001)).toBe('UN');
  expect(implicitVr(0x00090000)).toBe('UL');
  expect(keywordOf(0x00091001)).toBe('(0009,1001)');
});

test('tags are written as people and as DICOM JSON write them', () => {
  expect(formatTag(0x7fe00010)).toBe('(7FE0,0010)');
  expect(hexTag(0xfffee000)).toBe('FFFEE000');
});

test('transfer syntaxes: what is unknown is explicit and encapsulated (PS3.5 section 10)', () => {
  expect(findTransferSyntax('1.2.840.10008.1.2')).toMatchObject({ explicitVr: false, encapsulated: false });
  expect(findTransferSyntax('1.2.840.10008.1.2.2')).toMatchObject({ littleEndian: false });
  expect(findTransferSyntax('1.2.840.10008.1.2.4.50')).toMatchObject({ lossy: true, coding: 'jpeg-8' });
  expect(findTransferSyntax('9.9')).toBeUndefined();
  expect(transferSyntaxOf('9.9')).toMatchObject({ explicitVr: true, encapsulated: true, coding: 'other' });
});

test('an unknown SOP class is an image when it has pixels', () => {
  expect(sopClassOf('1.2.840.10008.5.1.4.1.1.77.1.6', true).kind).toBe('slide');
  expect(sopClassOf('9.9', true).kind).toBe('image');
  expect(sopClassOf('9.9', false).kind).toBe('other');
});
