import { expect, test } from 'vitest';
import { nameOfPath, parseAttributePath } from './attribute-path.ts';

test.each([
  ['PatientName', '00100010', 'PN'],
  ['00100010', '00100010', 'PN'],
  ['0020000d', '0020000D', 'UI'],
  ['(0010,0020)', '00100020', 'LO'],
  ['RequestAttributesSequence.ScheduledProcedureStepID', '00400275.00400009', 'SH'],
  ['00400275.ScheduledProcedureStepID', '00400275.00400009', 'SH'],
  ['00091001', '00091001', 'UN'],
])('%s is the attribute %s (PS3.18 8.3.4.1)', (text, id, vr) => {
  expect(parseAttributePath(text)).toMatchObject({ id, vr });
});

test.each(['', 'includefield', 'patientname', '0010001', 'PatientName.', `${'00400275.'.repeat(9)}00400009`])(
  '%j names none',
  (text) => {
    expect(parseAttributePath(text)).toBeUndefined();
  },
);

test('messages say keywords', () => {
  const path = parseAttributePath('00400275.00400009');
  expect(path === undefined ? null : nameOfPath(path)).toBe('RequestAttributesSequence.ScheduledProcedureStepID');
});
