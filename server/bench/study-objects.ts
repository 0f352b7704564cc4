import { element, encodeDicomFile } from '#fixtures/dicom-file.ts';
import { fixtureUid } from '#fixtures/fixture-uid.ts';

const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
const MODALITIES = ['CT', 'MR', 'CR', 'US'];
const PIXELS = new Uint8Array(32 * 32);

/** The only instance of a study of its own: names, dates over four years and modalities that searches can tell apart. */
export function studyObject(number: number): Buffer {
  const day = new Date(Date.UTC(2022, 0, 1) + (number % 1461) * 86_400_000).toISOString().slice(0, 10);
  return encodeDicomFile([
    element('00080016', 'UI', SECONDARY_CAPTURE),
    element('00080018', 'UI', fixtureUid('bench-instance', number)),
    element('00080020', 'DA', day.replaceAll('-', '')),
    element('00080030', 'TM', '101500'),
    element('00080050', 'SH', `A${number}`),
    element('00080060', 'CS', MODALITIES[number % MODALITIES.length] ?? 'OT'),
    element('00080064', 'CS', 'WSD'),
    element('00081030', 'LO', `Study ${number}`),
    element('00100010', 'PN', `BENCH^${number}`),
    element('00100020', 'LO', `P${number % 700}`),
    element('00100030', 'DA', '19610101'),
    element('00100040', 'CS', 'O'),
    element('0020000D', 'UI', fixtureUid('bench-study', number)),
    element('0020000E', 'UI', fixtureUid('bench-series', number)),
    element('00200010', 'SH', String(number)),
    element('00200011', 'IS', '1'),
    element('00200013', 'IS', '1'),
    element('00280002', 'US', 1),
    element('00280004', 'CS', 'MONOCHROME2'),
    element('00280010', 'US', 32),
    element('00280011', 'US', 32),
    element('00280100', 'US', 8),
    element('00280101', 'US', 8),
    element('00280102', 'US', 7),
    element('00280103', 'US', 0),
    element('7FE00010', 'OB', PIXELS),
  ]);
}
