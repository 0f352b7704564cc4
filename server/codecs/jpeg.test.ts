import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { MARKER, parseJpegHeader } from './jpeg.ts';

const picture = await sharp({ create: { width: 40, height: 24, channels: 3, background: '#c08040' } })
  .jpeg({ chromaSubsampling: '4:2:0' })
  .toBuffer();
const refusal = expect.objectContaining({ code: 'DOCUMENT_DAMAGED' });

describe('parseJpegHeader', () => {
  it('reads the frame header and finds the scan', () => {
    const header = parseJpegHeader(picture);
    expect(header.frame).toMatchObject({ process: 0, precision: 8, width: 40, height: 24 });
    expect(header.frame?.components.map((one) => one.horizontal * one.vertical)).toEqual([4, 1, 1]);
    expect(header.hasScan).toBe(true);
    expect([...picture.subarray(header.end, header.end + 2)]).toEqual([0xff, MARKER.sos]);
    expect(header.adobeTransform).toBeNull();
  });

  it('reads the Adobe colour transform', () => {
    const adobe = Buffer.from('ffee000e41646f6265006400000000', 'hex');
    const marked = Buffer.concat([picture.subarray(0, 2), adobe, Buffer.from([1]), picture.subarray(2)]);
    expect(parseJpegHeader(marked).adobeTransform).toBe(1);
  });

  it('skips fill bytes before a marker (T.81 B.1.1.2)', () => {
    const filled = Buffer.concat([picture.subarray(0, 2), Buffer.from([0xff, 0xff]), picture.subarray(2)]);
    expect(parseJpegHeader(filled).frame?.width).toBe(40);
  });

  it('knows a tables-only stream, with and without EOI', () => {
    const dqt = Buffer.from('ffd8ffdb0003ab', 'hex');
    expect(parseJpegHeader(dqt)).toMatchObject({ frame: null, hasScan: false, end: 7 });
    expect(parseJpegHeader(Buffer.concat([dqt, Buffer.from('ffd9', 'hex')]))).toMatchObject({ hasScan: false, end: 7 });
  });

  it.each([
    ['nothing', ''],
    ['another start', '89504e47'],
    ['no marker where one must be', 'ffd80000'],
    ['a segment past the end', 'ffd8ffdb00ff00'],
    ['a segment length below 2', 'ffd8ffdb000100'],
    ['a frame header of a wrong length', 'ffd8ffc0000a0800100010030000'],
    ['a frame without components', 'ffd8ffc00008080010001000'],
    ['two frame headers', `ffd8${'ffc0000b080010001001011100'.repeat(2)}`],
    ['more segments than any picture has', `ffd8${'fffe0002'.repeat(300)}`],
  ])('refuses %s', (_, hex) => {
    expect(() => parseJpegHeader(Buffer.from(hex, 'hex'))).toThrow(refusal);
  });
});
