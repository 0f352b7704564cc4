import { describe, expect, test } from 'vitest';
import { chooseSending, parseAccept } from './accept.ts';

const NATIVE = { mediaType: 'application/octet-stream', transferSyntaxUid: '1.2.840.10008.1.2.1' };
const JPEG = { mediaType: 'image/jpeg', transferSyntaxUid: '1.2.840.10008.1.2.4.50' };
const choose = (accept: string | undefined, stored = NATIVE, single = true) =>
  chooseSending(parseAccept(accept), stored, single);

test('quotes, capitals and blanks', () => {
  expect(parseAccept('Multipart/Related; type="application/octet-stream";transfer-syntax=* , image/png;q=0.5')).toEqual(
    [
      { mediaType: 'multipart/related', partType: 'application/octet-stream', transferSyntax: '*' },
      { mediaType: 'image/png', partType: null, transferSyntax: null },
    ],
  );
  expect(parseAccept('multipart/related; type="a,b;c"')[0]?.partType).toBe('a,b;c');
});

describe('PS3.18 section 8.7.3', () => {
  const multi = (mediaType: string) => ({ multipart: true, mediaType });
  const alone = (mediaType: string) => ({ multipart: false, mediaType });
  test.each([
    [undefined, NATIVE, multi('application/octet-stream')],
    ['*/*', JPEG, multi('application/octet-stream')],
    ['multipart/related', NATIVE, multi('application/octet-stream')],
    ['multipart/related; type="application/octet-stream"', JPEG, multi('application/octet-stream')],
    ['multipart/related; type="image/jpeg"', JPEG, multi('image/jpeg')],
    ['multipart/related; type="image/*"', JPEG, multi('image/jpeg')],
    ['application/octet-stream; transfer-syntax=*', NATIVE, alone('application/octet-stream')],
    ['image/jpeg', JPEG, alone('image/jpeg')],
    ['multipart/related; type="image/jls", application/octet-stream', NATIVE, alone('application/octet-stream')],
    ['application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1', NATIVE, alone('application/octet-stream')],
    // Nothing is transcoded: another transfer syntax than the stored one is not available.
    ['application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.90', NATIVE, null],
    ['image/jpeg', NATIVE, null],
    ['text/html', NATIVE, null],
  ])('%s', (accept, stored, expected) => {
    expect(choose(accept, stored)).toEqual(expected);
  });

  test('several frames need a multipart answer', () => {
    expect(choose('application/octet-stream', NATIVE, false)).toBeNull();
  });

  test('instances', () => {
    const dicom = { mediaType: 'application/dicom', transferSyntaxUid: '1.2.840.10008.1.2.1' };
    expect(choose('application/dicom', dicom)).toEqual(alone('application/dicom'));
    expect(choose(undefined, dicom)).toEqual(multi('application/dicom'));
    expect(choose('multipart/related; type="application/dicom"', dicom)).toEqual(multi('application/dicom'));
    expect(choose('application/octet-stream', dicom)).toBeNull();
  });
});
