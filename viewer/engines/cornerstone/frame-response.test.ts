import { describe, expect, it } from 'vitest';
import { failureOf, failureOfStatus } from './frame-failure.ts';
import { parseFrameResponse } from './frame-response.ts';

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('parseFrameResponse', () => {
  it('takes the coding of a single part from its transfer-syntax parameter', () => {
    const frame = parseFrameResponse('application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.80', ascii('xy'));
    expect(frame).toEqual({ bytes: ascii('xy'), transferSyntaxUid: '1.2.840.10008.1.2.4.80' });
  });

  it('takes it from the media type, and else assumes implicit little endian', () => {
    expect(parseFrameResponse('image/jls', ascii('x')).transferSyntaxUid).toBe('1.2.840.10008.1.2.4.80');
    expect(parseFrameResponse('application/octet-stream', ascii('x')).transferSyntaxUid).toBe('1.2.840.10008.1.2');
  });

  it('cuts the part out of a multipart body, whatever bytes it holds', () => {
    const body = ascii(
      '--b\r\nContent-Type: application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1\r\n\r\n\r\n--\r\n-b\r\n--b--',
    );
    const frame = parseFrameResponse('multipart/related; type="application/octet-stream"; boundary="b"', body);
    expect(frame).toEqual({ bytes: ascii('\r\n--\r\n-b'), transferSyntaxUid: '1.2.840.10008.1.2.1' });
  });

  it.each([
    ['without a boundary', 'multipart/related', '--b\r\n\r\nx\r\n--b--', 'cannot be told apart'],
    ['that never ends', 'multipart/related; boundary=b', '--b\r\nA: b\r\n\r\nxxxx', 'cut short'],
    ['that never begins', 'multipart/related; boundary=b', 'xxxx', 'cut short'],
  ])('refuses a multipart body %s', (_, type, body, sentence) => {
    expect(() => parseFrameResponse(type, ascii(body))).toThrow(sentence);
  });

  it('does not take a parameter that is no UID for a coding', () => {
    const type = 'application/octet-stream; transfer-syntax=*';
    expect(parseFrameResponse(type, ascii('x')).transferSyntaxUid).toBe('1.2.840.10008.1.2');
  });
});

describe('failures', () => {
  it.each([
    [401, 'Sign in again'],
    [404, 'no such image'],
    [403, 'not yours'],
    [429, 'try again'],
    [503, 'error 503'],
    [418, 'error 418'],
  ])('say what status %d means', (status, words) => {
    expect(failureOfStatus(status).message).toContain(words);
  });

  it('tell a timeout, a lost connection and a decoder apart', () => {
    expect(failureOf(new DOMException('', 'TimeoutError')).message).toContain('in time');
    expect(failureOf(new TypeError('fetch failed')).message).toContain('cannot be reached');
    expect(failureOf(new Error('bad marker')).message).toContain('decoded');
    const known = failureOfStatus(500);
    expect(failureOf(known)).toBe(known);
  });
});
