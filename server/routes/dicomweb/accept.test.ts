import { describe, expect, test } from 'vitest';
import { chooseForm, formsOf, parseAccept } from './accept.ts';

const NATIVE = { mediaType: 'application/octet-stream', transferSyntaxUid: '1.2.840.10008.1.2.1' };
const JPEG = { mediaType: 'image/jpeg', transferSyntaxUid: '1.2.840.10008.1.2.4.50' };
const choose = (accept: string | undefined, stored = NATIVE, single = true) =>
  chooseForm(parseAccept(accept), formsOf(stored, single));

test('quotes, capitals and blanks', () => {
  expect(parseAccept('Multipart/Related; type="application/octet-stream";transfer-syntax=* , image/png;q=0.5')).toEqual(
    [
      { mediaType: 'multipart/related', partType: 'application/octet-stream', transferSyntax: '*', quality: 1 },
      { mediaType: 'image/png', partType: null, transferSyntax: null, quality: 0.5 },
    ],
  );
  expect(parseAccept('multipart/related; type="a,b;c"')[0]?.partType).toBe('a,b;c');
  expect(parseAccept('a/b; type="x\\"y,z"; q=0.25')[0]).toMatchObject({ partType: 'x"y,z', quality: 0.25 });
  expect(parseAccept('a/b; q=2, c/d; q=x, e/f; =, ;').map(({ quality }) => quality)).toEqual([1, 1, 1]);
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
    // Weights: the client's preference, then its order, then ours (RFC 9110 section 12.5.1).
    ['application/octet-stream;q=0.2, multipart/related;type="image/jpeg";q=0.9', JPEG, multi('image/jpeg')],
    ['multipart/related;type="image/jpeg";q=0.1, image/jpeg', JPEG, alone('image/jpeg')],
    ['multipart/related;q=0, */*;q=0.1', JPEG, alone('application/octet-stream')],
    ['image/jpeg;q=0, image/*', { ...JPEG, mediaType: 'image/jp2' }, alone('image/jp2')],
    ['*/*, multipart/related;q=0.5', NATIVE, alone('application/octet-stream')],
    ['multipart/*', NATIVE, multi('application/octet-stream')],
    ['application/*', JPEG, alone('application/octet-stream')],
    [
      'image/jpeg;transfer-syntax=1.2.840.10008.1.2.4.50;q=0.4, image/jpeg;transfer-syntax=*',
      JPEG,
      alone('image/jpeg'),
    ],
  ])('%s', (accept, stored, expected) => {
    expect(choose(accept, stored)).toMatchObject(expected);
  });

  test.each([
    // Nothing is transcoded: another transfer syntax than the stored one is not available.
    ['application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.90', NATIVE],
    ['image/jpeg', NATIVE],
    ['text/html', NATIVE],
    ['*/*;q=0', NATIVE],
    ['image/jpeg;q=0', JPEG],
    ['multipart/related; type="image/jls"', JPEG],
    ['nonsense', JPEG],
  ])('%s is answered with the list of what there is', (accept, stored) => {
    expect(() => choose(accept, stored)).toThrow(
      `This is only available as multipart/related; type="application/octet-stream"; transfer-syntax=${stored.transferSyntaxUid}, `,
    );
  });

  test('several frames need a multipart answer', () => {
    expect(() => choose('application/octet-stream', NATIVE, false)).toThrow(/only available/);
  });

  test('instances', () => {
    const dicom = { mediaType: 'application/dicom', transferSyntaxUid: '1.2.840.10008.1.2.1' };
    expect(choose('application/dicom', dicom)).toMatchObject(alone('application/dicom'));
    expect(choose(undefined, dicom)).toMatchObject(multi('application/dicom'));
    expect(choose('multipart/related; type="application/dicom"', dicom)).toMatchObject(multi('application/dicom'));
    expect(() => choose('application/octet-stream', dicom)).toThrow(/only available as multipart/);
  });
});
