import { describe, expect, test } from 'vitest';
import { chooseForm, frameForms, objectForms, parseAccept } from './accept.ts';

const NATIVE = { mediaType: 'application/octet-stream', transferSyntaxUid: '1.2.840.10008.1.2.1' };
const JPEG = { mediaType: 'image/jpeg', transferSyntaxUid: '1.2.840.10008.1.2.4.50' };
const LOSSLESS = [
  { mediaType: 'image/jphc', transferSyntaxUid: '1.2.840.10008.1.2.4.202', lossy: false },
  { mediaType: 'image/jls', transferSyntaxUid: '1.2.840.10008.1.2.4.80', lossy: false },
];
const BASELINE = { mediaType: 'image/jpeg', transferSyntaxUid: '1.2.840.10008.1.2.4.50', lossy: true };
const choose = (accept: string | undefined, stored = NATIVE, single = true, targets: typeof LOSSLESS = []) =>
  chooseForm(parseAccept(accept), frameForms(stored, targets, single));

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
    ['*/*', JPEG, multi('image/jpeg')],
    ['multipart/related', JPEG, multi('image/jpeg')],
    ['multipart/related', NATIVE, multi('application/octet-stream')],
    ['multipart/related; type="application/octet-stream"; transfer-syntax=*', JPEG, multi('application/octet-stream')],
    ['application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.50', JPEG, alone('application/octet-stream')],
    ['multipart/related; type="image/jpeg"', JPEG, multi('image/jpeg')],
    ['multipart/related; type="image/*"', JPEG, multi('image/jpeg')],
    ['application/octet-stream; transfer-syntax=*', NATIVE, alone('application/octet-stream')],
    ['image/jpeg', JPEG, alone('image/jpeg')],
    ['multipart/related; type="image/jls", application/octet-stream', NATIVE, alone('application/octet-stream')],
    ['application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1', NATIVE, alone('application/octet-stream')],
    // Weights: the client's preference, then its order, then ours (RFC 9110 section 12.5.1).
    ['application/octet-stream;q=0.2, multipart/related;type="image/jpeg";q=0.9', JPEG, multi('image/jpeg')],
    ['multipart/related;type="image/jpeg";q=0.1, image/jpeg', JPEG, alone('image/jpeg')],
    ['multipart/related;q=0, */*;q=0.1', JPEG, alone('image/jpeg')],
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
    ['application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.90', NATIVE],
    ['image/jpeg', NATIVE],
    ['text/html', NATIVE],
    ['*/*;q=0', NATIVE],
    ['image/jpeg;q=0', JPEG],
    ['multipart/related; type="image/jls"', JPEG],
    ['nonsense', JPEG],
    // Without a transfer syntax plain bytes are uncompressed ones.
    ['application/octet-stream', JPEG],
    ['multipart/related; type="application/octet-stream"', JPEG],
  ])('%s is answered with the list of what there is', (accept, stored) => {
    expect(() => choose(accept, stored)).toThrow(
      `This is only available as multipart/related; type="${stored.mediaType}"; transfer-syntax=${stored.transferSyntaxUid}, `,
    );
  });

  test('several frames need a multipart answer', () => {
    expect(() => choose('application/octet-stream', NATIVE, false)).toThrow(/only available/);
  });

  test('several ways of several frames need a multipart answer too', () => {
    expect(choose('image/jls, multipart/related;type="image/jls";q=0.1', NATIVE, false, LOSSLESS)).toMatchObject(
      multi('image/jls'),
    );
  });
});

describe('PS3.18 section 8.7.3: transfer syntaxes that are made', () => {
  const NATIVE_UID = NATIVE.transferSyntaxUid;
  test.each([
    // As stored for everybody who leaves it open.
    ['*/*', NATIVE_UID],
    ['*/*; transfer-syntax=*', NATIVE_UID],
    ['multipart/related', NATIVE_UID],
    ['application/octet-stream; transfer-syntax=*', NATIVE_UID],
    ['multipart/related; type="application/octet-stream"', NATIVE_UID],
    // A media type by itself, with a UID, with `*`; quoted or not.
    ['image/jls', '1.2.840.10008.1.2.4.80'],
    ['image/jls; transfer-syntax=*', '1.2.840.10008.1.2.4.80'],
    ['multipart/related; type=image/jphc', '1.2.840.10008.1.2.4.202'],
    ['multipart/related; type="image/jphc"; transfer-syntax="1.2.840.10008.1.2.4.202"', '1.2.840.10008.1.2.4.202'],
    ['*/*; transfer-syntax=1.2.840.10008.1.2.4.80', '1.2.840.10008.1.2.4.80'],
    // Any picture: the first of ours that loses nothing.
    ['image/*', '1.2.840.10008.1.2.4.202'],
    ['image/*, image/jphc;q=0', '1.2.840.10008.1.2.4.80'],
    ['image/*;q=0.1, application/octet-stream;q=0.2', NATIVE_UID],
    ['application/octet-stream;q=0, multipart/*;q=0, */*;q=0.5', '1.2.840.10008.1.2.4.202'],
    // What loses is for those who name it.
    ['image/jpeg', '1.2.840.10008.1.2.4.50'],
    ['image/*; transfer-syntax=1.2.840.10008.1.2.4.50', '1.2.840.10008.1.2.4.50'],
    ['image/jpeg;q=0.3, image/jls;q=0.4', '1.2.840.10008.1.2.4.80'],
  ])('%s: %s', (accept, uid) => {
    expect(choose(accept, NATIVE, true, [...LOSSLESS, BASELINE]).transferSyntaxUid).toBe(uid);
  });

  test.each([
    'image/jls; transfer-syntax=1.2.840.10008.1.2.4.202',
    'image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.70',
    'application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.80',
    'image/jls;q=0',
    'image/jp2',
  ])('%s is refused, and the list names every form', (accept) => {
    expect(() => choose(accept, NATIVE, true, [...LOSSLESS, BASELINE])).toThrow(
      /image\/jphc; transfer-syntax=1\.2\.840\.10008\.1\.2\.4\.202, image\/jls; .*, image\/jpeg; /,
    );
  });

  test('lossy forms are never reached by a wildcard', () => {
    for (const accept of ['image/*', 'image/*; transfer-syntax=*', '*/*; transfer-syntax=*']) {
      const without = () =>
        choose(`${accept}, application/octet-stream;q=0, multipart/*;q=0`, NATIVE, true, [BASELINE]);
      expect(without, accept).toThrow(/only available/);
    }
  });

  test('coded frames become plain bytes when no transfer syntax is named', () => {
    const plain = [{ ...NATIVE, lossy: false }];
    expect(choose('application/octet-stream', JPEG, true, plain).transferSyntaxUid).toBe(NATIVE_UID);
    expect(choose('application/octet-stream; transfer-syntax=*', JPEG, true, plain).transferSyntaxUid).toBe(
      JPEG.transferSyntaxUid,
    );
  });
});

describe('PS3.18 section 10.4.1.1.1: objects', () => {
  const uids = ['1.2.840.10008.1.2.1', '1.2.840.10008.1.2.4.80'];
  const choose = (accept: string | undefined, single = true) =>
    chooseForm(parseAccept(accept), objectForms(uids, single));
  test.each([
    [undefined, { multipart: true, mediaType: 'application/dicom', transferSyntaxUid: uids[0] }],
    ['application/dicom', { multipart: false, mediaType: 'application/dicom', transferSyntaxUid: uids[0] }],
    ['application/*', { multipart: false, mediaType: 'application/dicom' }],
    ['multipart/related; type="application/dicom"', { multipart: true, transferSyntaxUid: uids[0] }],
    [`multipart/related; type="application/dicom"; transfer-syntax=${uids[1]}`, { transferSyntaxUid: uids[1] }],
    ['application/zip', { multipart: false, mediaType: 'application/zip', transferSyntaxUid: uids[0] }],
    [`application/zip; transfer-syntax=${uids[1]}`, { mediaType: 'application/zip', transferSyntaxUid: uids[1] }],
    ['application/zip;q=0.5, application/dicom;q=0.4', { mediaType: 'application/zip' }],
  ])('%s', (accept, expected) => {
    expect(choose(accept)).toMatchObject(expected);
  });

  test('several objects are no single part, and may be an archive', () => {
    expect(() => choose('application/dicom', false)).toThrow(/only available as multipart.*application\/zip/);
    expect(choose('application/zip', false)).toMatchObject({ mediaType: 'application/zip' });
    expect(() => choose('application/octet-stream')).toThrow(/only available as multipart/);
  });
});
