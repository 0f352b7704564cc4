import { expect, test } from 'vitest';
import { describeOnEachServer, expectJson } from '#server/http/test-server.ts';
import { type ChangePreferences, preferencesPath, type StoredPreferences } from '#shared/api/preferences.ts';
import { BUILT_IN_PROTOCOLS } from '#shared/hanging/built-in-protocols.ts';

const linked = { scroll: true, window: false, place: false, lines: true };
const layout = { rows: 1, columns: 2, slots: ['series.1.2', null], active: 0, linked };

describeOnEachServer('preferences', (server) => {
  const read = async (who: 'radiologist' | 'radiologist2') =>
    expectJson<StoredPreferences>(await (await server().as(who)).get(preferencesPath), 200);
  const change = async (changes: ChangePreferences) =>
    expectJson<StoredPreferences>(await (await server().as('radiologist')).put(preferencesPath, changes), 200);

  test('keeps what was named, each preference by itself, and only for the one who chose it', async () => {
    expect(await read('radiologist')).toEqual({ revision: 0, preferences: { layouts: {} } });
    await change({ shortcuts: { 'tool.line': 'M' }, layouts: { a: layout, b: layout } });
    const later = await change({ hangingProtocols: [...BUILT_IN_PROTOCOLS], layouts: { a: null } });
    expect(later).toEqual({
      revision: 2,
      preferences: {
        shortcuts: { 'tool.line': 'M' },
        hangingProtocols: BUILT_IN_PROTOCOLS,
        layouts: { b: layout },
      },
    });
    expect(await read('radiologist')).toEqual(later);
    expect((await read('radiologist2')).preferences).toEqual({ layouts: {} });
    expect((await change({ shortcuts: null })).preferences.shortcuts).toBeUndefined();
  });

  test('two writers at the same time both get through, and one of them holds', async () => {
    const keys = ['J', 'U', 'X'];
    await Promise.all(keys.map((key) => change({ shortcuts: { 'tool.line': key } })));
    expect(keys).toContain((await read('radiologist')).preferences.shortcuts?.['tool.line']);
  });

  test('refuses what is no preference, and leaves out what it no longer understands', async () => {
    const person = await server().as('radiologist');
    const bad = [
      { hangingProtocols: [{ ...BUILT_IN_PROTOCOLS[0], rows: 3 }] },
      { layouts: { a: { ...layout, active: 2 } } },
      {
        cornerTexts: {
          slices: { 'top-left': ['slice'], 'top-right': ['slice'], 'bottom-left': [], 'bottom-right': [] },
        },
      },
      { cornerTexts: { slices: { 'top-left': ['patient'], 'top-right': [], 'bottom-left': [], 'bottom-right': [] } } },
    ];
    for (const payload of bad) expect((await person.put(preferencesPath, payload)).statusCode).toBe(400);
    const { preferences } = server().services.db;
    await preferences.put(person.account.id, { name: 'cornerTexts', value: '{"gone":1}', revision: 99 });
    const { revision, ...kept } = await read('radiologist');
    expect([revision, kept.preferences.cornerTexts]).toEqual([99, undefined]);
    expect((await server().anonymous({ method: 'GET', url: preferencesPath })).statusCode).toBe(401);
  });
});
