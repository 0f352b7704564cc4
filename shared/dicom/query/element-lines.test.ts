import { describe, expect, it } from 'vitest';
import { fromElementLines, mergeElementLines, toElementLines, toJsonText } from './element-lines.ts';

const name = { vr: 'PN', Value: [{ Alphabetic: 'Line\nBreak^"00100020":{}' }] };
const id = (value: string) => ({ vr: 'LO', Value: [value] });

describe('data sets by lines', () => {
  it('come back as they went in, in the order of their tags (PS3.18 F.2.2)', () => {
    const dataset = { '00100020': id('4711'), '00100010': name, '00080020': { vr: 'DA' } };
    const lines = toElementLines(dataset);
    expect(fromElementLines(lines)).toEqual(dataset);
    expect(Object.keys(fromElementLines(lines))).toEqual(['00080020', '00100010', '00100020']);
    expect(JSON.parse(toJsonText(lines))).toEqual(dataset);
    expect([toElementLines({}), fromElementLines('')]).toEqual(['', {}]);
  });

  it.each([
    [{}, {}],
    [{ '00100010': name }, {}],
    [{}, { '00100010': name }],
    [
      { '00080005': id('a'), '00100020': id('under') },
      { '00080016': id('b'), '00100020': id('over') },
    ],
    [{ '00100020': id('under'), '7FE00010': id('z') }, { '00080016': id('b') }],
    [{ '00080016': id('b') }, { '00100010': name, '00100020': id('over') }],
  ])('are merged as objects are: %j and %j', (under, over) => {
    const merged = mergeElementLines(toElementLines(under), toElementLines(over));
    expect(merged).toBe(toElementLines({ ...under, ...over }));
  });
});
