import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { referralLetter } from '#fixtures/documents.ts';
import { inspectPdf } from './pdf-inspection.ts';

const END = '\nxref\n0 1\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n';
const pdf = (body: string | Buffer, end = END): Buffer =>
  Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.from(body as string, 'latin1'), Buffer.from(end)]);
const code = (bytes: Buffer, limits?: Parameters<typeof inspectPdf>[1]): string | null => {
  try {
    inspectPdf(bytes, limits);
    return null;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};
const objectStream = (content: string, dictionary = '/Filter /FlateDecode'): Buffer => {
  const body = deflateSync(Buffer.from(content, 'latin1'));
  return Buffer.concat([
    Buffer.from(`7 0 obj << /Type /ObjStm /N 1 /First 4 ${dictionary} /Length ${body.length} >>\nstream\n`),
    body,
    Buffer.from('\nendstream endobj\n'),
  ]);
};

describe('accepted', () => {
  test('an ordinary letter', () => {
    expect(code(referralLetter())).toBeNull();
  });

  test('links, pictures, and words that only resemble', () => {
    expect(code(pdf('1 0 obj << /S /URI /URI (https://example.org) /JSX 1 /LaunchPad 2 >> endobj'))).toBeNull();
  });

  test('an object stream without anything active', () => {
    expect(code(pdf(objectStream('5 0 << /Type /Font >>')))).toBeNull();
  });

  test('the two letters JS inside coded data are chance', () => {
    expect(code(pdf('1 0 obj << /Length 9 >>\nstream\nab/JS cd\nendstream endobj'))).toBeNull();
  });
});

describe('refused as active', () => {
  test.each([
    ['JavaScript', '<< /S /JavaScript /JS (app.alert(1)) >>'],
    ['a name in hex', '<< /S /J#61va#53cript >>'],
    ['launch', '<< /S /Launch /F (cmd.exe) >>'],
    ['an embedded file', '<< /Type /EmbeddedFile >>'],
    ['embedded media', '<</Subtype/RichMedia>>'],
    ['a form that sends', '<</S/SubmitForm>>'],
    ['an XFA form', '<</XFA 3 0 R>>'],
  ])('%s', (_what, object) => {
    expect(code(pdf(`1 0 obj ${object} endobj`))).toBe('DOCUMENT_ACTIVE');
  });

  test('inside an object stream', () => {
    expect(code(pdf(objectStream('5 0 << /S /JavaScript >>')))).toBe('DOCUMENT_ACTIVE');
  });

  test('behind a stream that pretends to begin', () => {
    const body = '1 0 obj << /Length 30 >>\nstream\nendstream stream\n xx\nendstream endobj << /S /Launch >>';
    expect(code(pdf(body))).toBe('DOCUMENT_ACTIVE');
  });

  test('plain text inside a stream that a lenient reader would find', () => {
    expect(code(pdf('1 0 obj << >>\nstream\n5 0 obj << /S /JavaScript >> endobj\nendstream'))).toBe('DOCUMENT_ACTIVE');
  });
});

describe('refused as damaged or protected', () => {
  test('no version, no end', () => {
    expect(code(Buffer.from('%PDF-x'))).toBe('DOCUMENT_DAMAGED');
    expect(code(referralLetter().subarray(0, 400))).toBe('DOCUMENT_DAMAGED');
  });

  test('a password', () => {
    expect(code(pdf('', '\ntrailer << /Encrypt 5 0 R >>\nstartxref\n9\n%%EOF'))).toBe('DOCUMENT_ENCRYPTED');
  });

  test('object streams that cannot be looked into', () => {
    expect(code(pdf(objectStream('x', '/Filter [/ASCII85Decode /FlateDecode]')))).toBe('DOCUMENT_DAMAGED');
    expect(code(pdf(objectStream('x', '/Filter /FlateDecode /DecodeParms << /Predictor 12 >>')))).toBe(
      'DOCUMENT_DAMAGED',
    );
    const broken = pdf('7 0 obj << /Type /ObjStm /Filter /FlateDecode >>\nstream\nnot deflated\nendstream');
    expect(code(broken)).toBe('DOCUMENT_DAMAGED');
  });

  test('an object stream that swells', () => {
    const limits = { objectStreams: 10, streamBytes: 1000, totalBytes: 1500 };
    expect(code(pdf(objectStream(' '.repeat(5000))), limits)).toBe('DOCUMENT_DAMAGED');
    const many = Buffer.concat(Array.from({ length: 3 }, () => objectStream(' '.repeat(900))));
    expect(code(pdf(many), limits)).toBe('DOCUMENT_DAMAGED');
    const count = Buffer.concat(Array.from({ length: 11 }, () => objectStream('x')));
    expect(code(pdf(count), limits)).toBe('DOCUMENT_DAMAGED');
  });
});
