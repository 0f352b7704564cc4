import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import { displayFactsOf } from '#shared/dicom/display-facts.ts';
import { BUILT_IN_PROTOCOLS } from '#shared/hanging/built-in-protocols.ts';
import { chooseHanging, type HangableMaterial, type HangableSet } from '#shared/hanging/hang-images.ts';
import { anatomicalPlane, type DisplayFacts, splitSeries } from '#shared/imaging/display-set.ts';
import { createParsePool, readDicomFile } from './read-dicom-file.ts';

const data = process.env.CONSILIUM_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data');
const present = existsSync(join(data, 'index.jsonl'));
const note = present ? '' : ' (skipped: no test data at CONSILIUM_TEST_DATA)';

describe.skipIf(!present)(`hanging by the headers of real files${note}`, () => {
  const pool = createParsePool(1);
  afterAll(() => pool.close());

  async function factsOf(path: string): Promise<DisplayFacts[]> {
    const full = join(data, path);
    const files = path.endsWith('/') ? (await readdir(full)).map((name) => join(full, name)) : [full];
    const read = files.map(async (file) => {
      const { metadataJson } = await readDicomFile(pool, file, new AbortController().signal);
      return displayFactsOf(JSON.parse(metadataJson) as DicomJsonDataset);
    });
    return (await Promise.all(read)).filter((facts) => facts !== null);
  }
  function setsOf(facts: readonly DisplayFacts[], name: string, studyUid: string): HangableSet[] {
    return splitSeries(facts).flatMap(({ key, kind, instances: [first] }) =>
      first === undefined
        ? []
        : {
            ...{ key: [name, key].filter(Boolean).join(' '), studyUid, modality: first.modality, kind },
            ...{ bodyPart: first.bodyPart ?? '', view: first.view ?? '', laterality: first.laterality ?? '' },
            plane: anatomicalPlane(first.orientation),
            ...{ frameCount: facts.length, description: '', studyDescription: '' },
          },
    );
  }
  async function material(now: readonly string[], before: readonly string[] = []): Promise<HangableMaterial> {
    const of = async (paths: readonly string[], studyUid: string) =>
      (await Promise.all(paths.map(async (path) => setsOf(await factsOf(path), path, studyUid)))).flat();
    return {
      ...{ currentStudyUid: 'now', priorStudyUids: before.length === 0 ? [] : ['before'] },
      sets: [...(await of(now, 'now')), ...(await of(before, 'before'))],
    };
  }

  test('a mammogram is known by View Code, View Position and Image Laterality (PS3.3 C.8.11.7)', async () => {
    const [facts] = await factsOf('projection/GH133.dcm');
    expect(facts).toMatchObject({ modality: 'MG', laterality: 'R', view: 'MLO', bodyPart: 'BREAST' });
    if (facts === undefined) return;
    // The three other views of the examination, of which this is the only one there is.
    const others = [
      { ...facts, laterality: 'L' },
      { ...facts, view: 'CC' },
      { ...facts, laterality: 'L', view: 'CC' },
    ].map((one, at) => ({ ...one, sopInstanceUid: String(at) }));
    const sets = setsOf([...others.toReversed(), facts], '', 'now');
    const hung = chooseHanging(BUILT_IN_PROTOCOLS, { currentStudyUid: 'now', priorStudyUids: [], sets });
    expect([hung?.protocol.id, ...(hung?.keys ?? [])]).toEqual(['built-in.mg', facts.sopInstanceUid, '0', '1', '2']);
  });

  const chest = 'ct/lung-dx-a0002/';
  const brain = 'mr/studyforrest-t1-oblique/';
  test.each<[now: string[], before: string[], id: string, shown: (string | null)[]]>([
    [[chest], [], 'single', [chest]],
    [
      [chest],
      ['transfer-syntax/CTImage_LittleEndianExplicit_1.2.840.10008.1.2.1.dcm'],
      'ct-prior',
      [chest, 'transfer-syntax/CTImage_LittleEndianExplicit_1.2.840.10008.1.2.1.dcm'],
    ],
    [['mr/decubitus-hfs-sag-t1/'], [brain], 'mr-prior', ['mr/decubitus-hfs-sag-t1/', brain]],
    [[chest, brain], [], 'single', [chest]],
    [['pet/acrin-flt-029.dcm', chest], [], 'pet-ct', [chest, 'pet/acrin-flt-029.dcm']],
    [['projection/RG2_J2KI'], ['projection/RG1_J2KI.dcm'], 'projection', ['projection/RG2_J2KI']],
    [
      ['projection/RG1_J2KI.dcm', 'projection/dx_image.dcm'],
      [],
      'projection-two',
      ['projection/RG1_J2KI.dcm', 'projection/dx_image.dcm'],
    ],
    [['multiframe/US-PAL-8-10x-echo'], [], 'single', ['multiframe/US-PAL-8-10x-echo']],
  ])('%j after %j', async (now, before, id, shown) => {
    const hung = chooseHanging(BUILT_IN_PROTOCOLS, await material(now, before));
    expect([hung?.protocol.id, ...(hung?.keys ?? [])]).toEqual([`built-in.${id}`, ...shown]);
  });
});
